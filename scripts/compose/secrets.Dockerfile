# The one-shot job that makes every password of the installation. It runs as nobody in particular: a program may hand
# its files to any group it is a member of, so neither root nor a capability is needed.
FROM python:3.13-slim
RUN groupadd -g 10000 keeper && useradd -u 10000 -g keeper --no-create-home --home-dir /nonexistent keeper
# An empty volume takes the owner and mode of the folder it is first mounted on. Group 999 is that of postgres,
# rabbitmq and redis in their images; 1000 is the mail catcher's user.
RUN install -d -o 10000 -g 10000 -m 0700 /secrets/kept && \
    install -d -o 10000 -g 10001 -m 0750 /secrets/shop && \
    install -d -o 10000 -g 10002 -m 0750 /secrets/store /secrets/demo && \
    install -d -o 10000 -g 999 -m 0750 /secrets/shop-db /secrets/store-db /secrets/rabbitmq /secrets/redis && \
    install -d -o 1000 -g 1000 -m 0750 /mails && \
    install -d -o 10002 -g 10001 -m 2750 /service-token
COPY scripts/compose/make_secrets.py /app/
USER 10000:10000
ENTRYPOINT ["python", "-I", "/app/make_secrets.py"]

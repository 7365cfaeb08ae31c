# The proof's own mail catcher: a mail is on disk before its sender is told so, which not every catcher promises.
FROM python:3.13-slim
ARG AIOSMTPD
RUN pip install --no-cache-dir --root-user-action=ignore "aiosmtpd==$AIOSMTPD"
COPY --chmod=0755 scripts/parts /app/parts
ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
CMD ["python", "-m", "parts.mailcatcher", "1025", "8025", "/tmp/mails", "--host", "0.0.0.0"]

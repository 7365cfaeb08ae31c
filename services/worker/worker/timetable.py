"""What is done without being asked: whatever a lost hint left lying is found here."""

from environ import Env

from worker_bell import Topic


def timetable(env: Env) -> dict[str, dict]:
    """This function will say how often, in seconds, each kind of work is looked for.

    A tick expires when the next one is due, so that ticks do not pile up while the workers are away.
    """
    books = env.float("BOOKS_EVERY_S", default=120.0)
    statuses = env.float("STATUSES_EVERY_S", default=60.0)
    sweep = env.float("SWEEP_EVERY_S", default=5.0)
    pictures = env.float("PICTURES_EVERY_S", default=60.0)
    prices = env.float("PRICES_EVERY_S", default=60.0)
    payments = env.float("PAYMENTS_EVERY_S", default=10.0)
    imports = env.float("IMPORTS_EVERY_S", default=10.0)
    covers = env.float("COVERS_EVERY_S", default=30.0)
    labels = env.float("LABELS_EVERY_S", default=10.0)
    tidy = env.float("TIDY_EVERY_S", default=3600.0)
    reconcile = env.float("RECONCILE_EVERY_S", default=3600.0)
    talks = env.float("TALKS_EVERY_S", default=15.0)
    forget = env.float("FORGET_EVERY_S", default=60.0)
    digest = env.float("DIGEST_EVERY_S", default=300.0)
    every = {
        Topic.BOOKS: books,
        Topic.ORDERS: statuses,
        Topic.RETURNS: statuses,
        Topic.OUTBOX: sweep,
        Topic.REFUNDS: sweep,
        Topic.PAYMENTS: payments,
        Topic.MAIL: sweep,
        Topic.TALKS: talks,
        Topic.WEBHOOKS: sweep,
        Topic.PRICES: prices,
        Topic.PICTURES: pictures,
        Topic.RECONCILE: reconcile,
        Topic.FORGET: forget,
        Topic.DIGEST: digest,
        Topic.IMPORTS: imports,
        Topic.COVERS: covers,
        Topic.LABELS: labels,
        Topic.TIDY: tidy,
    }
    return {
        topic.name.lower(): {
            "task": topic.value.task,
            "schedule": seconds,
            "options": {"queue": topic.value.queue, "expires": seconds},
        }
        for topic, seconds in every.items()
    }

"""The figures as a table for people; the file beside it has all of them."""

from bench.cost import ADDITIONS


def table(figures: dict) -> str:
    lines = [
        f"{figures['cores']} cores, load {figures['load']:.1f} at the start; {ADDITIONS:,} additions in Python take "
        f"{figures['pace_ms'][0]} ms before and {figures['pace_ms'][1]} ms after"
    ]
    for part, write in WRITERS.items():
        if part in figures:
            lines += write(figures[part])
    return "\n".join(lines)


def _road(road: dict) -> list[str]:
    said = [("page", "page_s"), ("mailbox", "mail_s"), ("page, bell lost", "bell_lost_page_s")]
    return [
        f"status → {what:16} median {road[key]['median']:6.2f} s, p95 {road[key]['p95']:6.2f} s, of {road[key]['of']} orders"
        for what, key in said
        if key in road
    ]


def _import(imported: dict) -> list[str]:
    return [
        f"import    {imported['books']} books in {imported['import_s']:.1f} s",
        f"shown     {imported['shown_after_s']:.1f} s after the import's end",
    ]


def _large_imports(runs: dict) -> list[str]:
    return [
        f"import of {run['records']:9,} records of {name:10} {run['seconds']:6.1f} s: {run['per_s']:6,}/s, peak {run['peak_mb']} MB; "
        f"processor seconds for 1,000: {', '.join(f'{part} {used:.3f}' for part, used in run['cpu_s_per_1000'].items())}"
        for name, run in runs.items()
    ]


def _pages(pages: list[dict]) -> list[str]:
    return [
        f"{cost['page']:40} {cost['cpu_ms']:6.1f} ms CPU  p95 {cost['p95_ms']:6.1f} ms  {cost['kilobytes']:6.1f} kB"
        for cost in pages
    ]


def _throughput(flows: list[dict]) -> list[str]:
    return [
        f"orders → store with {flow['in_the_tables']:7,} in the tables: {flow['orders_per_s']:6.1f}/s; each {_cost(flow)}"
        for flow in flows
    ]


def _cost(flow: dict) -> str:
    cpu = ", ".join(f"{part} {flow['cpu_ms'][part]:.1f}" for part in ("worker", "store", "postgres"))
    statements = ", ".join(f"{database} {number}" for database, number in flow["statements"].items())
    return f"ms of CPU: {cpu}; statements: {statements}"


def _idle(what: str, idle: dict) -> str:
    statements = ", ".join(f"{number} in the {database}" for database, number in idle["statements"].items())
    return f"idle {what}: {idle['requests']} request, statements: {statements}; ms of CPU: {idle['cpu_ms']}"


def _books(books: dict) -> list[str]:
    cpu = {part: round(used * 1000) for part, used in books["cpu_s_per_1000"].items()}
    answers, filing = books["answers"], books["filing"]
    return [
        f"first sync  {books['books']:,} books in {books['seconds']:.1f} s: {books['books_per_s']:,}/s, worker's peak "
        f"{books['worker_peak_mb']} MB; ms of CPU for 1,000 books: {cpu}",
        f"filing      the {filing['books']:,} that were left for later in {filing['seconds']:.1f} s: {filing['books_per_s']:,}/s, "
        f"{filing['postgres_cpu_s_per_1000'] * 1000:.0f} ms of Postgres' CPU for 1,000",
        _idle("books", books["idle"]),
        f"store's page of {answers['rows_a_page']}: p95 {answers['page_ms']['p95']} ms; idle poll: p95 "
        f"{answers['idle_ms']['p95']} ms",
    ]


def _packing(packing: dict) -> list[str]:
    cpu = ", ".join(f"{part} {used:.1f}" for part, used in packing["cpu_ms"].items())
    return [
        f"scan with {packing['copies']:,} copies and {packing['open_orders']:,} open orders: ms of CPU: {cpu}; "
        f"statements: {packing['statements']}; answered in {packing['median_ms']} ms, p95 {packing['p95_ms']} ms",
        f"queue of {packing['open_orders']:,} orders: {packing['queue_cpu_ms']} ms of CPU",
    ]


def _api(api: dict) -> list[str]:
    calls = [
        f"API {name:28} {cost['cpu_ms']:6.2f} ms CPU  {cost['statements']:3} statements  {cost['kilobytes']:6.1f} kB"
        for name, cost in api["calls"].items()
    ]
    feed = api["feed"]
    told = f"store's feed of books: {feed['rows_per_s']:,} rows/s to one reader; the store's ms of CPU for 1,000: "
    return [*calls, f"{told}{feed['store_cpu_ms_per_1000']}"]


def _live(live: dict) -> list[str]:
    heard = live["heard_s"]
    return [
        f"{live['pages']:,} open pages: {live['kb_each']} kB each in the process that serves them; a status set in the store "
        f"reaches all: median {heard['median']:.2f} s, p95 {heard['p95']:.2f} s, worst {heard['worst']:.2f} s, "
        f"of {live['orders']} changes; {live['cpu_ms_a_change']} ms of CPU a change",
    ]


def _talks(talks: dict) -> list[str]:
    read = talks["read_s"]
    return [
        f"{talks['sockets']:,} open websockets: {talks['kb_each']} kB each; {talks['rooms']} talks: a message is read by the other "
        f"side after {read['median'] * 1000:.0f} ms, p95 {read['p95'] * 1000:.0f} ms, worst {read['worst'] * 1000:.0f} ms, of "
        f"{talks['messages']}; {talks['cpu_ms_a_message']} ms of CPU a message",
    ]


WRITERS = {
    "road": _road,
    "live": _live,
    "talks": _talks,
    "import": _import,
    "imports": _large_imports,
    "pages": _pages,
    "throughput": _throughput,
    "packing": _packing,
    "idle_statuses": lambda idle: [_idle("statuses", idle)],
    "books": _books,
    "api": _api,
}

"""The mail catcher's two pages, as HTML."""

from html import escape

from parts.mailbox import Mail

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #24292f; background: #faf9f7; margin: 0 auto; max-width: 60rem;
       padding: 1rem; }
header { display: flex; justify-content: space-between; align-items: center; border-bottom: 1px solid #d8d4cc; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.2rem; margin: 1rem 0 .3rem; }
a { color: #1f4e79; } a:focus, button:focus { outline: 3px solid #8ab4f8; }
ul { list-style: none; padding: 0; } li { border-bottom: 1px solid #e8e4dc; padding: .6rem 0; }
.quiet { color: #5c636a; font-size: .9rem; overflow-wrap: anywhere; }
button { font: inherit; border: 1px solid #b8b2a7; background: #fff; border-radius: .4rem; padding: .3rem .8rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #fff; border: 1px solid #e8e4dc; padding: 1rem; }
iframe { width: 100%; height: 40rem; border: 1px solid #e8e4dc; background: #fff; }
"""


def _page(title: str, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}<style>{STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )


def listing(mails: list[Mail], *, total: int) -> str:
    """This function will return the page of all mails, which looks for new ones every five seconds."""
    count = "No mails yet" if not total else "1 mail" if total == 1 else f"{total} mails"
    shown = f", the newest {len(mails)} shown" if len(mails) < total else ""
    rows = "".join(
        f'<li><a href="/mail/{mail.name}">{escape(mail.subject)}</a>'
        f'<div class="quiet">to {escape(", ".join(mail.envelope["to"]))} · {mail.at:%d %b %Y, %H:%M:%S} UTC</div></li>'
        for mail in mails
    )
    button = '<form method="post" action="/empty"><button>Delete all</button></form>' if total else ""
    body = (
        f"<header><h1>Mail</h1>{button}</header><main>"
        f'<p class="quiet">{count}{shown}. Everything the bookshop sends is caught here; nothing leaves this machine.</p>'
        f"<ul>{rows}</ul></main>"
    )
    return _page("Mail", body, '<meta http-equiv="refresh" content="5">')


def one(mail: Mail) -> str:
    """This function will return the page of one mail: as HTML in a closed frame, and as text."""
    html = f'<iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mail/{mail.name}/html"></iframe>'
    body = (
        f'<header><h1>{escape(mail.subject)}</h1><a href="/">All mails</a></header><main>'
        f'<p class="quiet">from {escape(mail.envelope["from"])} to {escape(", ".join(mail.envelope["to"]))}<br>'
        f'{mail.at:%d %b %Y, %H:%M:%S} UTC · <a href="/mail/{mail.name}/source">source</a></p>'
        f"{'<h2>HTML</h2>' + html if mail.html else ''}"
        f"{'<h2>Text</h2><pre>' + escape(mail.text) + '</pre>' if mail.text else ''}</main>"
    )
    return _page(mail.subject, body)

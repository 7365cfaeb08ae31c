"""The mail catcher: what the bookshop sends is kept, found by MailHog's API, and read in the browser."""

import smtplib
from email.message import EmailMessage

import pytest
import requests

HOSTILE = "<script>alert(1)</script>"


def send(
    catcher, *, to="alice@example.com", subject="Your order", text="On its way.", html="", sender="shop@example.com"
):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port) as connection:
        connection.send_message(message)


def get(catcher, path, **query):
    answer = requests.get(catcher.web_url + path, params=query, timeout=5)
    answer.raise_for_status()
    return answer.json()


def test_a_mail_is_listed_in_mailhogs_shape(mail):
    send(mail, to="Alice <alice@example.com>", subject="Grüße", html="<p>Hello</p>")
    answer = get(mail, "/api/v2/messages")
    assert (answer["total"], answer["count"], answer["start"]) == (1, 1, 0)
    item = answer["items"][0]
    assert item["From"] == {"Relays": None, "Mailbox": "shop", "Domain": "example.com", "Params": ""}
    assert item["To"] == [{"Relays": None, "Mailbox": "alice", "Domain": "example.com", "Params": ""}]
    assert item["Content"]["Headers"]["To"] == ["Alice <alice@example.com>"]
    assert item["Content"]["Headers"]["Subject"] == ["=?utf-8?q?Gr=C3=BC=C3=9Fe?="], "MailHog decodes no header"
    assert item["Raw"]["From"] == "shop@example.com" and item["Raw"]["To"] == ["alice@example.com"]
    assert "Subject: =?utf-8?" in item["Raw"]["Data"]
    assert get(mail, f"/api/v1/messages/{item['ID']}") == item


def test_text_and_html_are_two_mime_parts(mail):
    send(mail, text="plain words", html="<p>rich words</p>")
    parts = get(mail, "/api/v2/messages")["items"][0]["MIME"]["Parts"]
    assert [part["Headers"]["Content-Type"][0].split(";")[0] for part in parts] == ["text/plain", "text/html"]
    assert [part["Body"].strip() for part in parts] == ["plain words", "<p>rich words</p>"]


def test_a_mail_without_parts_has_its_body_as_content(mail):
    send(mail, text="plain words")
    item = get(mail, "/api/v2/messages")["items"][0]
    assert item["MIME"] is None and item["Content"]["Body"].strip() == "plain words"


def test_pages_run_from_the_newest_mail(mail):
    for number in range(5):
        send(mail, subject=f"mail {number}")
    page = get(mail, "/api/v2/messages", start=1, limit=2)
    assert (page["total"], page["count"], page["start"]) == (5, 2, 1)
    assert [item["Content"]["Headers"]["Subject"] for item in page["items"]] == [["mail 3"], ["mail 2"]]


@pytest.mark.parametrize(
    ("kind", "query", "subjects"),
    [
        ("to", "ALICE@", ["packed", "received"]),
        ("to", "carol@", []),
        ("from", "store@", ["for Bob"]),
        ("containing", "emma", ["packed"]),
        ("containing", "schöne Grüße", ["for Bob"]),
    ],
)
def test_mails_are_found_by_receiver_sender_and_words(mail, kind, query, subjects):
    send(mail, subject="received")
    send(mail, subject="for Bob", to="bob@example.com", sender="store@example.com", text="schöne Grüße")
    send(mail, subject="packed", text="1 × Emma")
    found = get(mail, "/api/v2/search", kind=kind, query=query)
    assert [item["Content"]["Headers"]["Subject"][0] for item in found["items"]] == subjects
    assert found["total"] == len(subjects)


@pytest.mark.parametrize("path", ["/api/v2/messages?start=x", "/api/v2/search?kind=weight&query=1"])
def test_a_question_that_makes_no_sense_is_refused(mail, path):
    assert requests.get(mail.web_url + path, timeout=5).status_code == 400


def test_one_mail_or_all_are_deleted(mail):
    for number in range(3):
        send(mail, subject=f"mail {number}")
    middle = get(mail, "/api/v2/messages")["items"][1]["ID"]
    one = f"{mail.web_url}/api/v1/messages/{middle}"
    assert requests.delete(one, timeout=5).status_code == 200
    assert requests.delete(one, timeout=5).status_code == 404
    assert requests.get(one, timeout=5).status_code == 404
    assert get(mail, "/api/v2/messages")["total"] == 2
    assert requests.delete(f"{mail.web_url}/api/v1/messages", timeout=5).status_code == 200
    assert get(mail, "/api/v2/messages")["total"] == 0


def test_mails_outlast_a_kill(mail):
    send(mail, subject="kept")
    mail.restart()
    assert get(mail, "/api/v2/messages")["items"][0]["Content"]["Headers"]["Subject"] == ["kept"]


def test_the_pages_list_and_show_a_mail(mail):
    send(mail, subject=f"Parcel {HOSTILE}", text=f"text {HOSTILE}", html=f"<h1>Shipped</h1>{HOSTILE}")
    listing = requests.get(mail.web_url, timeout=5).text
    assert "1 mail" in listing and "alice@example.com" in listing
    assert "Parcel &lt;script&gt;" in listing and HOSTILE not in listing
    name = get(mail, "/api/v2/messages")["items"][0]["ID"]
    page = requests.get(f"{mail.web_url}/mail/{name}", timeout=5)
    assert "text &lt;script&gt;" in page.text and HOSTILE not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_mails_own_html_runs_no_script_and_loads_nothing(mail):
    send(mail, html=f'<h1>Shipped</h1>{HOSTILE}<img src="https://tracker.example/pixel.png">')
    name = get(mail, "/api/v2/messages")["items"][0]["ID"]
    frame = requests.get(f"{mail.web_url}/mail/{name}/html", timeout=5)
    assert "<h1>Shipped</h1>" in frame.text
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert "allow-scripts" not in policy and "https:" not in policy


def test_another_site_cannot_empty_the_box_with_a_form(mail):
    send(mail)
    address = f"{mail.web_url}/empty"
    assert requests.post(address, headers={"Sec-Fetch-Site": "cross-site"}, timeout=5).status_code == 403
    assert get(mail, "/api/v2/messages")["total"] == 1
    assert requests.post(address, headers={"Sec-Fetch-Site": "same-origin"}, timeout=5).status_code == 200
    assert get(mail, "/api/v2/messages")["total"] == 0


def test_bytes_that_are_no_text_are_kept(mail):
    with smtplib.SMTP("127.0.0.1", mail.smtp_port) as connection:
        raw = b"Subject: odd\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe\r\n"
        connection.sendmail("shop@example.com", ["alice@example.com"], raw)
    item = get(mail, "/api/v2/messages")["items"][0]
    assert item["Content"]["Headers"]["Subject"] == ["odd"]
    assert requests.get(f"{mail.web_url}/mail/{item['ID']}", timeout=5).status_code == 200

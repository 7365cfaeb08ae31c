"""An authenticator app as the second step of the log-in: whoever has one shows its code, and with STAFF_TOTP all need one."""

import re
from base64 import b32decode
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone
from django_otp.oath import TOTP
from tests.conftest import NOW

from store.accounts.models import User
from store.accounts.operations import ensure_user
from store.second_step import operations
from store.second_step.models import AuthenticatorApp, RecoveryCode
from store.second_step.secrets import unseal

pytestmark = pytest.mark.django_db

PASSWORD, OLGA, DAN = "quite-long-enough", "olga@example.org", "dan@example.org"
LOG_IN, INDEX, USERS = "/admin/login/", "/admin/", "/admin/accounts/user/"
OWN, CODE, RECOVERY = "/admin/second-step/", "/admin/second-step/code/", "/admin/second-step/recovery/"
SET_UP, CODES = "/admin/second-step/set-up/", "/admin/second-step/recovery-codes/"
STEP = timedelta(seconds=30)
NUMBER = "7db2425c-0399-4769-8003-6bdb679e58bc"


@pytest.fixture(autouse=True)
def strict(settings, time_machine):
    settings.STAFF_TOTP = True
    time_machine.move_to(NOW, tick=False)


@pytest.fixture(autouse=True)
def staff_with_passwords(strict):
    from django.apps import apps

    from store.accounts import roles

    roles.set_up(apps)  # tests that empty all tables took the groups with them
    ensure_user(email=OLGA, role="owner", password=PASSWORD)
    ensure_user(email=DAN, role="packer", password=PASSWORD)


@pytest.fixture
def later(time_machine):
    """Let a step of 30 seconds go by, so that the app shows another code."""
    return lambda passed=STEP: time_machine.shift(passed)


def code_for(secret):
    totp = TOTP(b32decode(secret))
    totp.time = timezone.now().timestamp()
    return f"{totp.token():06}"


def wrong_for(secret):
    return f"{(int(code_for(secret)) + 1) % 1_000_000:06}"


def with_password(email=DAN, *, then=INDEX, browser=None):
    browser = browser or Client()
    browser.post(LOG_IN, {"username": email, "password": PASSWORD, "next": then})
    return browser


def text(answer) -> str:
    return answer.content.decode()


def shown_on(page) -> str:
    return re.search(r'class="secret"><code>([A-Z2-7 ]+)<', text(page))[1].replace(" ", "")


def set_up(email=DAN):
    """This function will set an app up through the door, and answer the browser, the secret and the recovery codes."""
    browser = with_password(email)
    secret = shown_on(browser.get(SET_UP))
    answer = browser.post(SET_UP, {"code": code_for(secret)})
    assert answer.status_code == 302, text(answer)
    return browser, secret, re.findall(r"<li><code>([a-z0-9]{5}-[a-z0-9]{5})<", text(browser.get(answer.url)))


def is_in(browser) -> bool:
    return browser.get(INDEX).status_code == 200


def every_address(resolver: URLResolver, before: str = "/"):
    """An address for each pattern, with 1 for what stands for a row."""
    for pattern in resolver.url_patterns:
        route = re.sub(r"<uuid:\w+>", NUMBER, str(pattern.pattern))
        route = re.sub(r"<((int|path):)?\w+>", "1", route)
        route = re.sub(r"\(\?P<app_label>[^)]*\)", "orders", route)
        route = re.sub(r"\(\?P<(url|rest)>.*", "nothing-here", route).strip("^$")
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern, before + route)
        else:
            yield before + route


def let_in_by(browser, addresses) -> list:
    """Those that answer with anything else than "log in" (or "not this way", whoever asks)."""
    answers = [(way, path, getattr(browser, way)(path)) for path in addresses for way in ("get", "post")]
    return [
        (way, path, answer.status_code)
        for way, path, answer in answers
        if answer.status_code not in (401, 405) and not answer.headers.get("Location", "").startswith(LOG_IN)
    ]


def test_by_the_password_alone_no_page_and_no_door_opens_at_all():
    """P7.11"""
    steps = {LOG_IN, "/admin/logout/", CODE, RECOVERY, SET_UP}
    addresses = [path for path in every_address(get_resolver()) if path.startswith(("/admin/", "/api/"))]
    assert len(addresses) > 100 and steps < set(addresses) and not any("<" in path for path in addresses)
    closed = [path for path in addresses if path not in steps]
    operations.set_up(User.objects.get(email=OLGA), secret="A" * 32, code=code_for("A" * 32), now=NOW)
    without_app, with_app, of_before = with_password(DAN), with_password(OLGA), Client()
    of_before.force_login(User.objects.get(email=DAN))  # entered before STAFF_TOTP was switched on
    for browser in (Client(), without_app, with_app, of_before):
        assert let_in_by(browser, closed) == []
        assert browser.post("/admin/logout/").url == INDEX


def test_who_has_no_app_is_led_to_set_one_up_and_then_on_to_where_they_were_going():
    browser = Client()
    answer = browser.post(LOG_IN, {"username": DAN, "password": PASSWORD, "next": "/admin/packing/"})
    assert answer.url == f"{SET_UP}?next=%2Fadmin%2Fpacking%2F"
    page = browser.get(answer.url)
    assert "The warehouse needs one of everybody" in text(page) and "<svg" in text(page)
    assert "<script" not in re.sub(r'<script src="/static/[^>]*></script>', "", text(page))
    assert shown_on(browser.get(answer.url)) == shown_on(page), "a page loaded twice does not change the secret"
    assert browser.get(CODE).url == SET_UP and browser.get(LOG_IN).url == SET_UP
    codes = browser.post(answer.url, {"code": code_for(shown_on(page))})
    assert codes.url == f"{CODES}?next=%2Fadmin%2Fpacking%2F"
    shown = browser.get(codes.url)
    assert 'href="/admin/packing/"' in text(shown) and shown["Cache-Control"].startswith(
        "max-age=0, no-cache, no-store"
    )
    assert browser.get(codes.url).url == OWN, "once"
    assert browser.get("/admin/packing/").status_code == 200 and browser.get("/api/orders/").status_code == 200


def test_a_wrong_code_sets_nothing_up():
    browser = with_password()
    secret = shown_on(browser.get(SET_UP))
    assert "not the code of this secret" in text(browser.post(SET_UP, {"code": wrong_for(secret)}))
    assert not AuthenticatorApp.objects.exists() and not is_in(browser)


def test_who_has_an_app_enters_with_its_code(later):
    _, secret, _ = set_up()
    later()
    browser = Client()
    answer = browser.post(LOG_IN, {"username": DAN, "password": PASSWORD, "next": "/admin/packing/"})
    assert answer.url == f"{CODE}?next=%2Fadmin%2Fpacking%2F"
    field = re.search(r"<input[^>]*name=\"code\"[^>]*>", text(browser.get(answer.url)))[0]
    assert 'autocomplete="one-time-code"' in field and 'inputmode="numeric"' in field
    assert browser.get(SET_UP).url == CODE, "an app is not replaced by who has the password alone"
    assert browser.get(LOG_IN).url == CODE
    code = code_for(secret)
    assert browser.post(answer.url, {"code": f"{code[:3]} {code[3:]}"}).url == "/admin/packing/"
    assert browser.get("/admin/packing/").status_code == 200 and browser.get("/api/orders/").status_code == 200
    assert browser.get(CODE).url == INDEX
    assert is_in(with_password(browser=browser)), "the password once more takes nothing away"


def test_the_session_has_another_name_after_each_step(later):
    """Who knew the name of before has nothing of it."""
    _, secret, _ = set_up()
    later()
    browser = with_password()
    before = browser.cookies["store_session"].value
    browser.post(CODE, {"code": code_for(secret)})
    assert browser.cookies["store_session"].value != before and is_in(browser)
    old = Client()
    old.cookies["store_session"] = before
    assert not is_in(old) and not Session.objects.filter(pk=before).exists()


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_it_leads_on_to_pages_of_ours_alone(later, then):
    _, secret, _ = set_up()
    later()
    browser = Client()
    answer = browser.post(f"{LOG_IN}?next=/admin/", {"username": DAN, "password": PASSWORD, "next": then})
    assert "evil" not in answer.url and "alert" not in answer.url
    assert browser.post(CODE, {"code": code_for(secret)}, query_params={"next": then}).url == INDEX


def test_a_code_opens_once(later):
    browser, secret, _ = set_up()
    assert "not right" in text(with_password().post(CODE, {"code": code_for(secret)})), "it set the app up"
    later()
    first, second = with_password(), with_password()
    answers = [each.post(CODE, {"code": code_for(secret)}).status_code for each in (first, second)]
    assert answers == [302, 200] and is_in(first) and not is_in(second)


def test_who_types_slowly_is_not_locked_out_by_it(later):
    _, secret, _ = set_up()
    for _ in range(3):
        later(2 * STEP)
        code = code_for(secret)
        later()
        browser = with_password()
        browser.post(CODE, {"code": code})
        assert is_in(browser)
    later(2 * STEP)
    late = code_for(secret)
    later(2 * STEP)
    browser = with_password()
    assert "not right" in text(browser.post(CODE, {"code": late}))
    later()
    browser.post(CODE, {"code": code_for(secret)})
    assert is_in(browser)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_show_the_same_code_at_once_one_enters(together, later):
    _, secret, codes = set_up()
    later()
    for page, code in ((CODE, code_for(secret)), (RECOVERY, codes[0])):
        browsers = [with_password() for _ in range(4)]
        together(*[lambda browser=browser: browser.post(page, {"code": code}) for browser in browsers])
        assert sum(map(is_in, browsers)) == 1
        later(timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_an_app_up_at_once_one_is_asked_for_the_others_code(together):
    browsers = [with_password() for _ in range(3)]
    secrets = [shown_on(browser.get(SET_UP)) for browser in browsers]
    calls = zip(browsers, secrets)
    together(*[lambda b=browser, s=secret: b.post(SET_UP, {"code": code_for(s)}) for browser, secret in calls])
    assert sum(map(is_in, browsers)) == 1 == AuthenticatorApp.objects.count()
    assert {browser.get(SET_UP).url for browser in browsers if not is_in(browser)} == {CODE}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "1" * 500])
def test_what_is_no_code_is_refused(code):
    set_up()
    browser = with_password()
    assert browser.post(CODE, {"code": code}).status_code == 200 and not is_in(browser)


def test_wrong_codes_are_limited_also_for_who_knows_the_right_one_then(later):
    _, secret, codes = set_up()
    later()
    browser = with_password()
    for wrong in range(1, 6):
        assert "not right" in text(browser.post(CODE, {"code": wrong_for(secret)}))
        refused = browser.post(CODE, {"code": code_for(secret)})
        assert refused.status_code == 429 and refused["Retry-After"] == str(2 ** (wrong - 1))
        later(timedelta(seconds=2 ** (wrong - 1)))
    assert "not right" in text(browser.post(RECOVERY, {"code": "aaaaa-aaaaa"})), "recovery codes count as well"
    refused = browser.post(RECOVERY, {"code": codes[0]})
    assert refused.status_code == 429 and "Try again in 32 seconds." in text(refused) and not is_in(browser)
    later(timedelta(seconds=33))
    browser.post(CODE, {"code": code_for(secret)})
    assert is_in(browser)
    assert AuthenticatorApp.objects.get().throttling_failure_count == 0


def test_a_recovery_code_opens_once_however_it_is_typed(later):
    _, _, codes = set_up()
    assert len(set(codes)) == 10
    browser = with_password()
    typed = codes[0].upper().replace("-", " ")
    assert browser.post(f"{RECOVERY}?next=/admin/packing/", {"code": typed}).url == "/admin/packing/"
    assert "You have 9 recovery codes left." in text(browser.get("/admin/packing/"))
    other = with_password()
    assert "not right" in text(other.post(RECOVERY, {"code": codes[0]})) and not is_in(other)


def test_neither_the_secret_nor_a_recovery_code_is_kept_in_the_clear():
    browser = with_password()
    secret = shown_on(browser.get(SET_UP))
    while_setting_up = str(Session.objects.get(pk=browser.cookies["store_session"].value).get_decoded())
    answer = browser.post(SET_UP, {"code": code_for(secret)})
    kept = [str(session.get_decoded()) for session in Session.objects.all()]  # the codes wait there to be shown
    kept += [while_setting_up, *(str(row) for row in AuthenticatorApp.objects.values())]
    kept += [str(row) for row in RecoveryCode.objects.values()]
    codes = re.findall(r"<li><code>([a-z0-9-]{11})<", text(browser.get(answer.url)))
    assert len(codes) == 10 and not any(word in row for row in kept for word in (secret, *codes))
    assert unseal(AuthenticatorApp.objects.get().sealed_secret) == secret


def test_with_another_secret_key_no_code_fits_that_of_no_secret_neither(settings, later):
    _, secret, codes = set_up()
    settings.SECRET_KEY = "another key that is quite as long as the one before it was"
    for code in (code_for(secret), code_for("")):
        later(timedelta(minutes=1))
        with pytest.raises(operations.WrongCode):
            operations.show_code(User.objects.get(email=DAN), code)
    later(timedelta(minutes=1))
    with pytest.raises(operations.WrongCode):
        operations.show_recovery_code(User.objects.get(email=DAN), codes[0])


def test_who_is_not_waited_for_has_no_use_for_the_steps():
    for path in (CODE, RECOVERY, SET_UP):
        assert Client().get(path).url == LOG_IN and Client().post(path, {"code": "123456"}).url == LOG_IN
    client = Client()
    client.force_login(User.objects.create_user("bob@example.org", "x"))  # no staff
    assert client.get(SET_UP).url == LOG_IN


def test_somebody_else_can_log_in_instead():
    browser = with_password()
    assert browser.post(SET_UP, {"leave": ""}).url == LOG_IN
    assert browser.get(LOG_IN).status_code == 200


def test_where_it_is_not_needed_who_has_none_enters_by_password_and_who_has_one_is_asked(settings, later):
    settings.STAFF_TOTP = False
    browser, other = with_password(), with_password()
    assert is_in(browser) and is_in(other)
    assert "Set up an authenticator app" in text(browser.get(OWN))
    secret = shown_on(browser.get(SET_UP))
    assert browser.post(SET_UP, {"code": code_for(secret)}).url == CODES
    assert is_in(browser)
    assert not is_in(other), "what was entered by the password alone is asked for the code"
    assert other.get(LOG_IN).url == CODE
    later()
    other.post(CODE, {"code": code_for(secret)})
    assert is_in(other)


def test_a_log_in_that_is_not_of_just_now_shows_the_password_before_it_sets_an_app_up(settings, later):
    settings.STAFF_TOTP = False
    browser = with_password()
    later(timedelta(minutes=16))
    secret = shown_on(browser.get(SET_UP))
    for password in ({}, {"password": "wrong"}):
        assert browser.post(SET_UP, {"code": code_for(secret), **password}).status_code == 200
    assert not AuthenticatorApp.objects.exists()
    assert browser.post(SET_UP, {"code": code_for(secret), "password": PASSWORD}).url == CODES


def test_another_telephone_needs_the_password_and_ends_what_the_old_one_opened(later):
    browser, old, old_codes = set_up()
    later()
    other = with_password()
    other.post(CODE, {"code": code_for(old)})
    assert is_in(other)
    new = shown_on(browser.get(SET_UP))
    assert "This field is required" in text(browser.post(SET_UP, {"code": code_for(new)}))
    assert "not the code" in text(browser.post(SET_UP, {"code": wrong_for(new), "password": PASSWORD}))
    assert is_in(other), "the old app is there until the new one has shown its code"
    later()
    assert browser.post(SET_UP, {"code": code_for(new), "password": PASSWORD}).url == CODES
    assert is_in(browser) and not is_in(other) and other.get(LOG_IN).status_code == 200
    later(timedelta(minutes=2))
    with_password(browser=other)
    assert "not right" in text(other.post(CODE, {"code": code_for(old)}))
    later()
    assert "not right" in text(other.post(RECOVERY, {"code": old_codes[0]}))
    later()
    other.post(CODE, {"code": code_for(new)})
    assert is_in(other)


def test_new_recovery_codes_need_the_password_and_the_old_ones_are_over(later):
    browser, _, old = set_up()
    assert "not your password" in text(browser.post(OWN, {"renew": "", "password": "wrong"}))
    new = text(browser.get(browser.post(OWN, {"renew": "", "password": PASSWORD}).url))
    assert new.count("<li><code>") == 10 and not any(code in new for code in old)
    other = with_password()
    assert "not right" in text(other.post(RECOVERY, {"code": old[0]}))


def test_wrong_passwords_are_counted_there_as_at_the_log_in():
    browser, _, _ = set_up()
    answers = [browser.post(OWN, {"renew": "", "password": "wrong"}).status_code for _ in range(5)]
    assert answers == [200] * 4 + [429]
    assert browser.post(OWN, {"renew": "", "password": PASSWORD}).status_code == 429


def test_it_is_given_up_with_the_password_where_it_is_not_needed(settings):
    browser, _, _ = set_up()
    assert "Stop using" not in text(browser.get(OWN))
    browser.post(OWN, {"stop": "", "password": PASSWORD})
    assert AuthenticatorApp.objects.exists(), "here everybody needs one"
    settings.STAFF_TOTP = False
    browser.post(OWN, {"stop": "", "password": "wrong"})
    assert AuthenticatorApp.objects.exists()
    browser.post(OWN, {"stop": "", "password": PASSWORD})
    assert not AuthenticatorApp.objects.exists() and not RecoveryCode.objects.exists()
    assert is_in(browser) and is_in(with_password())


def reset_by(browser, *emails):
    chosen = list(User.objects.filter(email__in=emails).values_list("pk", flat=True))
    form = {"action": "reset_second_step", "_selected_action": chosen}
    return browser.post(USERS, form, follow=True)


@pytest.mark.parametrize("needed", [True, False])
def test_an_owner_resets_a_colleagues_second_step_and_it_is_noted(settings, needed):
    settings.STAFF_TOTP = needed
    dans, _, _ = set_up()
    olga, _, _ = set_up(OLGA)
    answer = reset_by(olga, DAN)
    assert "The second step of dan@example.org is taken away" in text(answer)
    dan = User.objects.get(email=DAN)
    assert dan.second_step_since is None and not AuthenticatorApp.objects.filter(user=dan).exists()
    assert not RecoveryCode.objects.filter(user=dan).exists()
    noted = LogEntry.objects.get()
    assert (noted.user.email, noted.object_id) == (OLGA, str(dan.pk)) and "reset by an owner" in noted.change_message
    assert not is_in(dans) and dans.get(LOG_IN).status_code == 200, "whoever has the telephone is out"
    if needed:
        assert with_password().get(LOG_IN).url == SET_UP
    else:
        assert is_in(with_password(browser=dans))


def test_an_owners_own_second_step_is_not_reset_in_passing():
    olga, _, _ = set_up(OLGA)
    assert "with your password" in text(reset_by(olga, OLGA))
    assert AuthenticatorApp.objects.exists() and is_in(olga) and not LogEntry.objects.exists()


def test_second_steps_are_reset_one_by_one():
    set_up()
    olga, _, _ = set_up(OLGA)
    assert "Choose one person" in text(reset_by(olga, DAN, OLGA))
    assert AuthenticatorApp.objects.count() == 2


def test_a_superusers_second_step_is_reset_by_no_owner():
    root = User.objects.create_superuser("root@example.org", PASSWORD)
    set_up(root.email)
    olga, _, _ = set_up(OLGA)
    reset_by(olga, root.email)
    assert AuthenticatorApp.objects.filter(user=root).exists()


def test_who_packs_resets_nobodys_second_step():
    set_up(OLGA)
    dan, _, _ = set_up()
    assert reset_by(dan, OLGA).status_code == 403
    assert AuthenticatorApp.objects.count() == 2


def test_the_command_resets_it_when_the_only_owner_has_lost_the_telephone():
    browser, _, _ = set_up(OLGA)
    told = StringIO()
    call_command("reset_second_step", OLGA.upper(), stdout=told)
    call_command("reset_second_step", OLGA, stdout=told)
    assert told.getvalue() == f"{OLGA}: second step taken away\n{OLGA}: had no second step\n"
    assert not AuthenticatorApp.objects.exists() and not is_in(browser)
    assert "by the command" in LogEntry.objects.get().change_message
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("reset_second_step", "nobody@example.org")


def test_to_look_costs_no_statement(django_assert_num_queries, settings):
    browser, _, _ = set_up()
    browser.get(CODES)
    with django_assert_num_queries(3):
        browser.get(OWN)
    settings.STAFF_TOTP = False
    User.objects.update(second_step_since=None)
    other = with_password()
    with django_assert_num_queries(3):
        other.get(OWN)


def test_every_person_finds_their_own_page():
    browser, _, _ = set_up()
    assert f'href="{reverse("second-step:own")}"' in text(browser.get("/admin/packing/"))
    page = text(browser.get(OWN))
    assert "In use since 21 November 2026." in page and "10 left." in page

"""Notices: who gets them, who reads them, and how they leave by mail."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from annotate.domain.states import NoticeKind
from annotate.models import Notice
from annotate.permissions import Right
from annotate.services.notices import holders, notices_mail, notify
from tests.people import Cast

pytestmark = pytest.mark.django_db


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server that speaks as much SMTP as is needed to take a mail, or refuses every one."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.mails: list[str] = []
        self.refuses = False


class MailSession(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.take()
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("550 no such mailbox" if verb == "RCPT" and self.server.refuses else "250 ok")
        return None

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        self.server.mails.append("".join(lines))
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_URL = settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.server_address[1]
        settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "", False, False
        yield server
        server.shutdown()


def test_a_notice_reaches_just_those_it_was_left_for_and_is_read_once(people: Cast) -> None:
    one, two = people.annotators
    notify(users=[one.pk, one.pk], project_id=people.project.pk, kind=NoticeKind.RETURNED_WORK)
    told = people.client(one).get("/api/notices").json()
    assert (told["unread"], [row["kind"] for row in told["results"]]) == (1, ["returned_work"])
    (row,) = told["results"]
    assert (row["read"], row["link"]) == (False, f"/p/{people.project.pk}/me")
    assert people.client(two).get("/api/notices").json()["results"] == []
    # Somebody else's number changes nothing.
    people.client(two).post("/api/notices/read", {"ids": [row["id"]]}, format="json")
    assert people.client(one).get("/api/notices?unread=true").json()["unread"] == 1
    assert people.client(one).post("/api/notices/read", {}, format="json").status_code == 204
    assert people.client(one).get("/api/notices?unread=true").json()["results"] == []
    assert people.client(one).get("/api/notices").json()["results"][0]["read"] is True


def test_holders_are_the_members_with_a_right(people: Cast) -> None:
    assert holders(people.project.pk, Right.SETTLE) == {people.owner.pk, people.lead.pk}


def test_a_notice_is_mailed_once_in_its_readers_language(people: Cast, mail_server: MailServer) -> None:
    one, two = people.annotators
    one.email, one.language = "one@example.org", "en"
    one.save()
    notify(users=[one.pk, two.pk], project_id=people.project.pk, kind=NoticeKind.RETURNED_WORK)
    assert (notices_mail(), notices_mail()) == (1, 0)
    (mail,) = mail_server.mails
    assert "To: one@example.org" in mail
    assert "Work of yours came back with a reason." in mail
    assert f"/p/{people.project.pk}/me" in mail


def test_a_mail_that_the_server_refuses_is_tried_again(people: Cast, mail_server: MailServer) -> None:
    people.lead.email = "lead@example.org"
    people.lead.save()
    notify(users=[people.lead.pk], project_id=people.project.pk, kind=NoticeKind.ESCALATION, data={})
    mail_server.refuses = True
    assert notices_mail() == 0
    mail_server.refuses = False
    assert notices_mail() == 1
    assert Notice.objects.get().mailed_at is not None


def test_what_was_read_on_the_site_is_not_mailed(people: Cast, mail_server: MailServer) -> None:
    people.lead.email = "lead@example.org"
    people.lead.save()
    notify(users=[people.lead.pk], project_id=people.project.pk, kind=NoticeKind.ESCALATION)
    people.client(people.lead).post("/api/notices/read", {}, format="json")
    assert (notices_mail(), mail_server.mails) == (0, [])

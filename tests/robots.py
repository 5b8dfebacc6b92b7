"""What opens a link besides people: scanners, previews, prefetchers and crawlers, and what they do with it.

Each way of a robot is a function that asks as it does, in memory and over HTTP alike. Scanners that look into
mails call themselves browsers; those who look at links in chats say who they are.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from http.client import HTTPConnection
from itertools import cycle, islice
from typing import Final, Protocol
from urllib.parse import urljoin, urlsplit

from tests.scene import Answer

_CHROME: Final = "(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
_WINDOWS: Final = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {_CHROME}"
AGENTS: Final = (
    f"{_WINDOWS} Edg/142.0.0.0",  # Microsoft Defender for Office 365, Safe Links
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",  # Safe Links
    _WINDOWS,  # Proofpoint URL Defense, Mimecast URL Protect
    f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 {_CHROME}",  # sandboxes of mail gateways
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 {_CHROME}",
    f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 {_CHROME.replace('Chrome', 'HeadlessChrome')}",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
    "Barracuda Sentinel (EE)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy 0.19 (+https://api.slack.com/robots)",
    "Slackbot 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    f"{_WINDOWS} Teams/24295.605.3225.8804",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "WhatsApp/2.24.20.78 A",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "curl/8.14.1",
    "Wget/1.25.0",
    "python-requests/2.34.2",
    "Go-http-client/1.1",
    "Apache-HttpClient/5.5 (Java/21.0.8)",
    "",
)
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Ask(Protocol):
    """Asks for an address as one robot, which keeps no cookies."""

    def __call__(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer: ...


Way = Callable[[Ask, str], None]


def over_http(agent: str) -> Ask:
    """A robot that asks over HTTP, to the letter of what it is told."""

    def ask(method: str, address: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        parts = urlsplit(address)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        told = {"Host": parts.netloc, "User-Agent": agent, **(headers or {})}
        connection = HTTPConnection("127.0.0.1", parts.port, timeout=30)
        try:
            connection.request(method, target, body or None, told)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    return ask


def visits(number: int) -> Iterator[tuple[str, Way]]:
    """So many visits: who comes, and what they do; all pairs of the two, once there are enough."""
    return islice(zip(cycle(AGENTS), cycle(WAYS), strict=False), number)


def looks(ask: Ask, link: str) -> None:
    assert ask("GET", link).status == 200


def looks_before_it_looks(ask: Ask, link: str) -> None:
    assert ask("HEAD", link).text == ""
    assert ask("GET", link).status == 200


def asks_what_it_may(ask: Ask, link: str) -> None:
    ask("OPTIONS", link)
    ask("OPTIONS", link, {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})


def prefetches(ask: Ask, link: str) -> None:
    for name, purpose in (
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "prefetch"),
    ):
        assert ask("GET", link, {name: purpose, "Sec-Fetch-Mode": "navigate"}).status == 200


def previews(ask: Ask, link: str) -> None:
    """Read the beginning, and look for pictures and descriptions to show."""
    page = ask("GET", link, {"Range": "bytes=0-32767", "Accept": "*/*"})
    assert "og:" not in page.text
    assert "<img" not in page.text


def follows_every_link(ask: Ask, link: str) -> None:
    for address in links_of(ask("GET", link), link):
        ask("GET", address)


def crawls(ask: Ask, link: str) -> None:
    for name in ("/robots.txt", "/favicon.ico", "/sitemap.xml", "/.well-known/security.txt", "../", "./"):
        ask("GET", urljoin(link, name) if name.startswith(".") else root_of(link) + name)


def counts_its_clicks(ask: Ask, link: str) -> None:
    """Come through a rewritten link, which adds to the address."""
    via = {"Referer": "https://nam02.safelinks.protection.outlook.com/"}
    for added in (
        "?utm_source=email&utm_medium=notice",
        "?fbclid=IwAR0",
        "?decision=cancel&enable=yes",
        "#rescue",
    ):
        assert ask("GET", link + added, via).status == 200


def mangles(ask: Ask, link: str) -> None:
    """Take what stands around a link for a part of it, or write it all small."""
    for mangled in (f"{link}.", f"{link})", f"{link}%3E", f"{link}=", f"{link}/", link[:-1], small(link)):
        ask("GET", mangled)


def posts_nothing(ask: Ask, link: str) -> None:
    assert ask("POST", link).status == 400
    assert ask("POST", link, {"Content-Type": "application/json"}, b"{}").status == 400


def posts_the_form_without_what_is_hidden(ask: Ask, link: str) -> None:
    for body in (
        b"decision=cancel&enable=yes",
        b"decision=keep&why=scan",
        b"decision=cancel&token=&decisions=0",
    ):
        assert ask("POST", link, FORM, body).status in {400, 403}


def posts_the_form_without_a_cookie(ask: Ask, link: str) -> None:
    """Fill in every field that is found, as one that does not keep cookies."""
    page = ask("GET", link)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w*)"', page.text))
    body = "&".join(f"{name}={value}" for name, value in (hidden | {"decision": "cancel"}).items())
    assert ask("POST", link, FORM, body.encode()).status in {400, 403}


def tries_other_methods(ask: Ask, link: str) -> None:
    for method in ("PUT", "PATCH", "DELETE", "PROPFIND"):
        assert ask(method, link, FORM, b"decision=cancel").status == 404


WAYS: Final[tuple[Way, ...]] = (
    looks,
    looks_before_it_looks,
    asks_what_it_may,
    prefetches,
    previews,
    follows_every_link,
    crawls,
    counts_its_clicks,
    mangles,
    posts_nothing,
    posts_the_form_without_what_is_hidden,
    posts_the_form_without_a_cookie,
    tries_other_methods,
)


def links_of(page: Answer, address: str) -> list[str]:
    """The addresses on a page that are of the same host, each as a browser would ask for it."""
    named = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
    found = [urljoin(address, unescape(each)) for each in named]
    return [each for each in found if urlsplit(each).netloc == urlsplit(address).netloc]


def root_of(link: str) -> str:
    """The address of the API."""
    return link.rpartition("/keys/")[0]


def small(link: str) -> str:
    """The link with its token in lower case."""
    head, _, token = link.rpartition("/")
    return f"{head}/{token.lower()}"

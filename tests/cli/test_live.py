"""`fit --live` in a terminal of 80 by 24, and `fit --serve`: who may ask, for what, and that the page follows the fit."""
import fcntl
import http.client
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import termios
import time

from tap import *

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LONG = 10_000_000  # evaluations: until it is interrupted


def study():
    make_recording()
    write("study.yaml", spikefit("init", "iaf_psc_exp", "cell.csv").out)


def in_terminal(*arguments, rows=24, columns=80, env=None, seconds=60, redraws=None):
    """What the program writes to a terminal of this size; after so many redraws it is interrupted. (Not by
    Ctrl-C: then the terminal drops what it has not shown yet.)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(FOLDER)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execve(PROGRAM, [PROGRAM, *map(str, arguments)], {**ENVIRONMENT, **(env or {})})
    out, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                chunk = os.read(fd, 65536)
            except OSError:
                break
            if not chunk:
                break
            out += chunk
            if redraws and len(re.findall(rb"\033\[\d+A", out)) >= redraws:
                os.kill(pid, signal.SIGINT)
                redraws = None
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return code, out.decode("utf-8")


def screens(text, rows=24, columns=80):
    """The screen before each redraw: what a terminal makes of the escapes that the program uses."""
    lines, row, column, shown = [""], 0, 0, []
    for part in re.findall(r"\033\[[\d;]*[A-Za-z]|\r|\n|[^\033\r\n]+", text):
        if part[0] == "\033" and part[-1] == "A":
            shown.append(list(lines))
            row -= int(part[2:-1])
            check(row >= max(0, len(lines) - rows), "the cursor stays on the screen", row, len(lines))
        elif part == "\n":
            row += 1
            while len(lines) <= row:
                lines.append("")
        elif part == "\r":
            column = 0
        elif part == "\033[J":
            lines[row] = lines[row][:column]
            del lines[row + 1:]
        elif part == "\033[K":
            lines[row] = lines[row][:column]
        elif part[0] != "\033":
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part):]
            column += len(part)
            check(column <= columns, "a line is as wide as the terminal", lines[row])
    return shown


@case
def a_terminal_shows_trace_raster_and_convergence():
    study()
    code, out = in_terminal("fit", "study.yaml", "--out", "drawn", "--evaluations", LONG, "--threads", 1, "--live",
                            redraws=3)
    same(code, 1)
    drawn = screens(out)
    check(len(drawn) >= 3, "it is drawn several times", len(drawn))
    for words in ("V (mV)", "model", "loss", "median", "% of 10 000 000"):
        check(any(words in line for line in drawn[2]), words, "\n".join(drawn[2]))
    check("coincidence_factor" in out and "interrupted after" in out, "the tables follow", out[-2000:])


@case
def ascii_and_narrow_terminals_are_served_too():
    for rows, columns, env in ((24, 80, {"SPIKEFIT_ASCII": "1", "NO_COLOR": "1"}), (10, 50, {}), (60, 200, {})):
        code, out = in_terminal("fit", "study.yaml", "--evaluations", LONG, "--threads", 1, "--live", rows=rows,
                                columns=columns, env=env, redraws=2)
        same(code, 1)
        if env:
            check(out.isascii(), "plain ASCII")
        screens(out, rows, max(columns, 80))


@case
def without_a_terminal_there_are_plain_lines():
    plain = spikefit("fit", "study.yaml", "--out", "plain", "--evaluations", 2000)
    live = spikefit("fit", "study.yaml", "--out", "live", "--evaluations", 2000, "--live")
    check(live.code == 0 and "\033" not in live.out + live.err, live)
    same(re.sub(r"(?s)result: .*", "", live.out), re.sub(r"(?s)result: .*", "", plain.out))
    check("% of 2 000" in live.err, live.err)


@case
def showing_a_fit_changes_no_bit_of_it():
    r = spikefit("fit", "study.yaml", "--out", "served", "--evaluations", 2000, "--live", "--serve")
    check(r.code == 0, r)
    for name in ("result.h5", "result.json"):
        same(read(f"served/{name}"), read(f"plain/{name}"), name)


class Served:
    """A long fit with a page; ended by Ctrl-C."""

    def __init__(self, *arguments):
        self.process = start("fit", "study.yaml", "--evaluations", LONG, "--threads", 1, "--serve", *arguments)
        self.address = ""
        while not self.address:
            line = self.process.stderr.readline().decode()
            check(line, "no address")
            if line.startswith("page:"):
                self.address = line.split()[1]
        self.host, self.token = re.fullmatch(r"http://(127\.0\.0\.1:\d+)/([0-9a-f]{32})/", self.address).groups()
        self.port = int(self.host.split(":")[1])

    def ask(self, path, method="GET", host=None, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        c.putrequest(method, path, skip_host=True)
        c.putheader("Host", host or self.host)
        if body:
            c.putheader("Content-Length", str(len(body)))
        c.endheaders(body)
        r = c.getresponse()
        answer = r.status, r.read(), dict(r.getheaders())
        c.close()
        return answer

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode


@case
def only_who_knows_the_address_is_answered():
    s = Served()
    try:
        page = f"/{s.token}/"
        while "The search is about to begin" in s.ask(page)[1].decode():
            time.sleep(0.05)
        status, body, headers = s.ask(page)
        check(status == 200 and b"<!DOCTYPE html>" in body and b"convergence" in body, status)
        same(headers["Cache-Control"], "no-store")
        status, body, _ = s.ask(page + "state?after=0")
        check(status == 200 and b'"ended":false' in body, status, body[:200])
        same(s.ask(page, host=f"localhost:{s.port}")[0], 200)
        other = ("0" if s.token[0] != "0" else "1") + s.token[1:]
        for path in ("/", "/state", f"/{other}/", f"/{s.token}", f"/{s.token}x/", f"/{other}/state", "//" + s.token + "/",
                     page + "study.yaml", page + "../study.yaml", page + "..%2f..%2fetc/passwd", page + "%2e%2e/cell.csv",
                     page + "/etc/passwd", page + "result.h5", page + "\\..\\x", f"/{s.token}%00/"):
            same(s.ask(path)[0], 404, path)
        for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
            status, _, headers = s.ask(page, method=method, body=b"x=1" if method in ("POST", "PUT") else None)
            check(status == 405 and headers["Allow"] == "GET", method, status)
        # A name that an attacker's page gave this computer.
        same(s.ask(page, host="evil.example")[0], 403)
    finally:
        code = s.stop()
    same(code, 1)
    with socket.socket() as probe:
        check(probe.connect_ex(("127.0.0.1", s.port)) != 0, "the port is closed at the end")


@case
def only_the_loopback_address_is_bound():
    s = Served()
    try:
        listening = [l.split() for l in open("/proc/net/tcp")][1:]
        at = [row[1] for row in listening if row[3] == "0A" and row[1].endswith(f":{s.port:04X}")]
        same(at, [f"0100007F:{s.port:04X}"])
        in_six = [row for row in map(str.split, open("/proc/net/tcp6")) if row[1].endswith(f":{s.port:04X}")]
        same(in_six, [])
    finally:
        s.stop()
    other = Served()
    other.stop()
    check(other.token != s.token, "each fit has a token of its own")


@case
def a_port_can_be_chosen_and_may_be_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        r = spikefit("fit", "study.yaml", "--evaluations", 200, f"--serve={port}", "--out", "never")
        check(r.code == 4 and f"cannot serve the page at port {port}" in r.err, r)
        check(not os.path.exists(path("never")), "no folder was made")
    for bad in ("70000", "-2", "x", ""):
        r = spikefit("fit", "study.yaml", f"--serve={bad}")
        check(r.code == 2 and "--serve takes" in r.err, bad, r)


@case
def the_page_follows_the_fit():
    if not CHROMIUM:
        return skip("no chromium")
    from playwright.sync_api import sync_playwright
    s = Served()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        complaints = []
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.goto(s.address)
        page.wait_for_selector("#convergence path.best")
        first = [page.inner_text("#live"), page.evaluate("report.data.evaluations"),
                 page.get_attribute("#convergence path.best", "d")]
        page.evaluate("report.view.set([100, 300])")
        end = time.monotonic() + 20
        while page.evaluate("report.data.evaluations") == first[1] and time.monotonic() < end:
            page.wait_for_timeout(100)
        page.wait_for_timeout(200)
        check(page.inner_text("#live") != first[0], "the words changed")
        check(page.get_attribute("#convergence path.best", "d") != first[2], "the curve changed")
        check(page.evaluate("report.view.domain")[0] == 100, "what was looked at stays in view")
        s.process.send_signal(signal.SIGINT)
        end = time.monotonic() + 20
        while "ended" not in page.inner_text("#live") and time.monotonic() < end:
            page.wait_for_timeout(100)
        check("ended after" in page.inner_text("#live"), page.inner_text("#live"))
        same(complaints, [])
        browser.close()
    s.process.communicate(timeout=60)


@case
def what_cannot_be_shown_is_refused():
    r = spikefit("fit", "study.yaml", "--live=3")
    check(r.code == 2 and "--live takes no value" in r.err, r)


run_cases()

"""The HTML report in a browser: it draws without an error, its buttons work, what it saves is right. Chromium without
a window, driven by Playwright; skipped where there is no Chromium."""
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.dom.minidom
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not CHROMIUM:
    print("ok 1 - page # skipped: no chromium")
    print("1..1")
    sys.exit(0)

from playwright.sync_api import sync_playwright  # noqa: E402

SVG = "id => report.svgText(report.figures.find(f => f.figure.id === id))"
CSV = "id => report.csvText(report.figures.find(f => f.figure.id === id).csv())"
MAKER = Path(os.environ["SPK_BIN"]) / "tests" / "test_report_html"
folder = Path(tempfile.mkdtemp(prefix="spikefit-page-"))
cases, failed = 0, 0


def check(name, ok, told=""):
    global cases, failed
    cases += 1
    failed += not ok
    if not ok:
        print(f"# {name}: {told}")
    print(f"{'ok' if ok else 'not ok'} {cases} - {name}", flush=True)


def make(kind):
    path = folder / f"{kind}.html"
    subprocess.run([MAKER, "page", kind, path], check=True)
    return path


def open_page(browser, path, **options):
    context = browser.new_context(accept_downloads=True, **options)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.on("request", lambda r: page.complaints.append("asks for " + r.url[:80])
            if not r.url.startswith(("file:", "blob:")) else None)
    page.goto(path.as_uri())
    page.wait_for_selector(".voltage-panel path.recorded")
    wait(page, "document.documentElement.dataset.searchReady === 'true'")
    wait(page, "!report.data.posterior || document.documentElement.dataset.posteriorReady === 'true'")
    return page


def wait(page, condition):
    """Until the expression is true. (Playwright's own waiting needs eval, which the page forbids.)"""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise SystemExit(f"waited in vain for {condition}")


def saved(page, figure, button):
    with page.expect_download() as d:
        page.click(f"#{figure} button:has-text('{button}')")
    return Path(d.value.path()).read_text()


def domain(page):
    return page.evaluate("report.view.domain")


def small(browser):
    page = open_page(browser, make("small"), viewport=dict(width=1200, height=900))
    figures = page.evaluate("report.figures.map(f => f.figure.id)")
    check("every section has its figures", {"score", "trace", "raster", "psth", "intervals", "bounds", "profiles",
                                            "convergence", "population", "failures", "network-raster-1",
                                            "distribution-1", "distribution-2", "front-losses", "front-parameters",
                                            "marginals", "correlations", "pairs", "predictive", "calibration"} <= set(figures), figures)
    bare = page.evaluate("report.figures.filter(f => f.svg.selectAll('path,rect,circle').size() < 2).length")
    check("no figure is bare", bare == 0, bare)

    full = domain(page)
    page.click("#zoom-in")
    check("zoom in halves the stretch", abs((domain(page)[1] - domain(page)[0]) - (full[1] - full[0]) / 2) < 1e-6)
    page.click("#zoom-all")
    check("whole sweep shows all", domain(page) == full)
    page.click("#spike-next")
    a, b = domain(page)
    spikes = page.evaluate("report.view.current.recorded.t")
    check("next spike goes to one", any(abs(t - (a + b) / 2) < 0.01 for t in spikes), (a, b))
    page.click("#spike-before")
    check("the spike before lies earlier", domain(page)[0] < a)
    path = page.get_attribute(".voltage-panel path.recorded", "d")
    check("single samples are drawn when close", path.count("L") > 400, path[:80])
    page.focus(".time-overlay")
    before = domain(page)
    page.keyboard.press("ArrowRight")
    check("arrow keys move", domain(page)[0] > before[0])
    page.select_option("#sweep", "3")
    check("another sweep can be chosen", page.evaluate("report.view.current.name") == "repeat 4")
    wait(page, "[...document.querySelectorAll('.voltage-panel path.recorded')].some(p => p.getAttribute('d').length > 100)")

    box = page.query_selector("#trace .time-overlay").bounding_box()
    page.click("#zoom-in")
    before = domain(page)
    page.mouse.move(box["x"] + 400, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 100, steps=4)
    page.mouse.up()
    check("dragging moves", domain(page)[0] > before[0], (before, domain(page)))
    page.keyboard.down("Control")
    before = domain(page)
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_timeout(100)
    check("Ctrl and wheel zoom", domain(page)[1] - domain(page)[0] < before[1] - before[0])

    page.select_option("#psth-bins", "1")
    check("bins can be chosen", len(page.get_attribute("#psth g.curves path", "d")) > 100)
    page.check("#isi-log")
    page.uncheck("#convergence-log")
    page.click("#theme")
    check("dark can be chosen", page.evaluate("document.documentElement.dataset.theme") == "dark")

    page.locator("#population-slider").fill("10")
    check("scrubbing tells the generation", "generation 11 of 120" in page.inner_text("#population-generation"))
    first = page.get_attribute("#population circle.candidate", "cx")
    page.click("#population-play")
    wait(page, "!document.getElementById('population-generation').textContent.includes('generation 11 ')")
    page.click("#population-play")
    stopped = page.inner_text("#population-generation")
    page.wait_for_timeout(200)
    check("pause stops", page.inner_text("#population-generation") == stopped)
    check("the population moved", page.get_attribute("#population circle.candidate", "cx") != first)
    page.select_option("#population-x", "3")
    check("axes can be chosen", "V_th" in page.text_content("#population svg"))
    findings(page)
    check("a page in use has nothing to complain of", not page.complaints, page.complaints)

    # The buttons on some figures (Chromium stops a page that saves dozens of files), what they save on all.
    for figure in ("score", "population"):
        texts = [saved(page, figure, button) for button in ("SVG", "CSV")]
        check(f"{figure} has buttons that save", texts == [page.evaluate(SVG, figure), page.evaluate(CSV, figure)])
    for figure in figures:
        text = page.evaluate(SVG, figure)
        root = xml.dom.minidom.parseString(text).documentElement
        resolved = "var(" not in text and root.getAttribute("viewBox")
        check(f"{figure} is saved as SVG", root.tagName == "svg" and resolved and len(text) > 500)
        rows = list(csv.reader(io.StringIO(page.evaluate(CSV, figure))))
        check(f"{figure} is saved as CSV", len(rows) > 2 and len({len(r) for r in rows}) == 1 and all(rows[0]), rows[:2])
    page.click("#zoom-all")
    rows = list(csv.DictReader(io.StringIO(saved(page, "trace", "CSV"))))
    check("the trace's CSV has every sample with units", len(rows) == 100000
          and set(rows[0]) >= {"t_ms", "I_pA", "V_recorded_mV", "V_model_mV"}, list(rows[0]))
    near = abs(float(rows[-1]["t_ms"]) - 9999.9) < 1e-6 and -90 < float(rows[10]["V_recorded_mV"]) < -50
    check("its numbers are the recording's", near, rows[10])
    check("saving complains of nothing", not page.complaints, page.complaints)
    page.emulate_media(media="print")
    check("paper shows no buttons", not page.is_visible("#theme") and not page.is_visible("#zoom-in"))
    # Half empty pages come of figures that do not fit into what is left: with nine parameters none is higher than two fifths of one.
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    high = page.evaluate("report.figures.filter(f => +f.svg.attr('height') > 390).map(f => [f.figure.id, f.svg.attr('height')])")
    check("figures on paper are low", not high, high)
    halves = page.evaluate("['pairs', 'distribution-1'].map(id => document.getElementById(id).getBoundingClientRect().width)")
    check("small ones stand beside each other", max(halves) < 0.5 * page.evaluate("document.querySelector('main').clientWidth"), halves)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.context.close()


def findings(page):
    """The front and the posterior: what is pointed at is read out, a chosen pair is drawn."""
    check("the run's row is told", page.inner_text("#front-row").startswith("Row 8 of 30 (the run's, row 8). Losses: spikes 0."))
    check("three objectives make three panels of all rows", page.locator("#front-losses g.pair").count() == 3
          and page.locator("#front-losses circle.row").count() == 90)
    check("row and knee are marked", page.locator("#front-losses circle.model-fill").count() == 3
          and page.locator("#front-losses circle.third-fill").count() == 3)
    dot = page.locator("#front-losses g.pair >> nth=0 >> circle.row.third-fill").bounding_box()
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    page.locator("#front-losses").scroll_into_view_if_needed()
    dot = page.locator("#front-losses g.pair >> nth=0 >> circle.row.third-fill").bounding_box()
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    check("a dot is read where it is pointed at", page.inner_text("#front-row").startswith("Row 12 of 30 (the knee)"),
          page.inner_text("#front-row"))
    page.locator("#front-losses rect.catch >> nth=0").focus()
    page.keyboard.press("ArrowRight")
    check("arrow keys go through the rows", page.inner_text("#front-row").startswith("Row 13 "), page.inner_text("#front-row"))
    page.check("#front-log")
    check("the pair that goes together most is shown first", (page.input_value("#pairs-x"), page.input_value("#pairs-y")) == ("0", "1"))
    page.locator("#correlations g.cell >> nth=2").click()
    check("a cell chooses its pair", (page.input_value("#pairs-x"), page.input_value("#pairs-y")) == ("1", "2"))
    check("every particle is drawn", page.locator("#pairs circle.particle").count() == 300)
    check("odd statistics are named", "Rarely simulated: variation of intervals (CV)." in page.inner_text("#predictive"))
    check("trials have rows of their own", page.locator("#raster g.row path.model").count() == 4)


def narrow(browser):
    page = open_page(browser, folder / "small.html", viewport=dict(width=390, height=844), color_scheme="dark",
                     has_touch=True, is_mobile=True)
    check("a phone in the dark gets dark", page.evaluate("document.documentElement.dataset.theme") == "dark")
    wide = page.evaluate("document.documentElement.scrollWidth")
    check("nothing is wider than a phone", wide <= 390, wide)
    outside = page.evaluate("""[...document.querySelectorAll('svg text')].filter(t => {
        const box = t.getBoundingClientRect(), svg = t.closest('svg').getBoundingClientRect();
        return box.width && (box.right > svg.right + 3 || box.left < svg.left - 3); }).map(t => t.textContent)""")
    check("no label is cut off", not outside, outside[:5])
    check("the phone has nothing to complain of", not page.complaints, page.complaints)
    page.context.close()


def large(browser):
    path = make("large")
    size = path.stat().st_size
    check("a minute at 20 kHz with 8 repeats stays under 30 MB", size < 30e6, size)
    begin = time.monotonic()
    page = open_page(browser, path, viewport=dict(width=1200, height=900))
    print(f"# {size / 1e6:.1f} MB, open and drawn after {time.monotonic() - begin:.1f} s")
    page.evaluate("report.view.set([10000, 10050])")
    path_text = page.get_attribute(".voltage-panel path.recorded", "d")
    numbers = [float(v) for v in re.findall(r"[ML]([\d.]+),", path_text)]
    gaps = sorted(b - a for a, b in zip(numbers, numbers[1:]))
    # 50 ms at 20 kHz on about 1000 pixels: a sample a pixel.
    check("it zooms to full sampling", 0.8 < gaps[len(gaps) // 2] < 1.5, gaps[len(gaps) // 2] if gaps else None)
    check("the large page has nothing to complain of", not page.complaints, page.complaints)
    page.context.close()


with sync_playwright() as playwright:
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    small(chromium)
    narrow(chromium)
    large(chromium)
    chromium.close()
shutil.rmtree(folder)
print(f"1..{cases}")
sys.exit(failed > 0)

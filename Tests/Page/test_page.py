"""The on-call page in a real browser: headless Chromium, a real daemon, a real Redis. Run by scripts/test-page."""

import os
import re
import unittest
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import expect, sync_playwright

from stage import TOKENS, WAIT_SECONDS, Stage, ref, wait_for

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()

ONE, TWO, THREE = (f"0d3b8a52-51c1-4f4e-9f0b-6a8e5f3b7c1{number}" for number in (1, 2, 3))

playwright = browser = None


def chromium_arguments():
    # Chromium's own sandbox does not run as root.
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def setUpModule():
    global playwright, browser
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=chromium_arguments())
    expect.set_options(timeout=WAIT_SECONDS * 1000)


def tearDownModule():
    browser.close()
    playwright.stop()


class PageTest(unittest.TestCase):
    def open(self, stage, path="", **options):
        """The page in a context of its own. What the browser complains of fails the test: a CSP violation, an exception."""
        options.setdefault("viewport", {"width": 1360, "height": 900})
        context = browser.new_context(**options)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(WAIT_SECONDS * 1000)
        self.complaints = []
        self.requests = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request))
        page.goto(stage.url + path)
        # It stays if nothing loads the page anew.
        if options.get("java_script_enabled", True):
            page.evaluate("window.isSamePage = true")
        return page

    def check_calm(self, page, expected=()):
        """No complaints but these, nothing asked of anyone else, no id in any URL."""
        for complaint in self.complaints:
            self.assertTrue(any(words in complaint for words in expected), complaint)
        origin = page.url.split("/")[2]
        for request in self.requests:
            if request.url == "data:,":
                continue
            self.assertEqual(request.url.split("/")[2], origin)
            for secret in (ONE, TWO, THREE, *TOKENS.values()):
                self.assertNotIn(secret, request.url)

    def check_axe(self, page, what):
        """axe-core, injected by the debugger: the page's own policy would not let it in."""
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        # It did look, and computed contrasts.
        self.assertIn("color-contrast", [rule["id"] for rule in found["passes"]])
        lines = [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]
        self.assertEqual(lines, [], f"axe-core on {what}")

    def check_width(self, page):
        width, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        self.assertLessEqual(width, inner, "the page scrolls sideways")


def populated(stage):
    for session, node in ((ONE, "node-1"), (TWO, "node-2"), (THREE, "node-3")):
        stage.register(session, node)
    return stage


class ShownTests(PageTest):
    def test_all_is_well(self):
        with Stage() as stage:
            populated(stage)
            page = self.open(stage)
            expect(page.locator("h1")).to_have_text("All is well")
            expect(page.locator("#warnings .banner")).to_have_count(0)
            expect(page.locator("#numbers .value")).to_have_text(["3", "0", "0", "0"])
            expect(page.locator("#nodes-table tbody th")).to_have_text(["node-1", "node-2", "node-3"])
            expect(page.locator("#nodes-table tbody .status")).to_have_text(["● alive"] * 3)
            expect(page.locator("#misroutes-live")).to_contain_text("No request was refused since")
            expect(page.locator("#cleanup-live dd").first).to_have_text("dry-run: it plans and removes nothing")
            expect(page).to_have_title("All is well – mcp-sessiond")
            self.check_axe(page, "a calm page")
            self.check_calm(page)
            paint = page.evaluate(
                "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
                " performance.getEntriesByType('navigation')[0].encodedBodySize]")
            print(f"first contentful paint {paint[0]:.0f} ms, {paint[1]} bytes")
            self.assertLess(paint[1], 200_000)

    def test_a_node_dies_and_its_sessions_are_asked_for(self):
        with Stage() as stage:
            populated(stage)
            page = self.open(stage)
            expect(page.locator("#numbers .value").first).to_have_text("3")
            stage.kill("node-3")
            expect(page.locator("h1")).to_contain_text("1 node dead, 1 session orphaned")
            expect(page.locator(".findings .what").first).to_contain_text("node-3 is dead")
            expect(page.locator(".findings .runbook").first).to_have_text("Runbook McpNodeDownWithSessions")
            expect(page.locator("#nodes-table tbody tr").first).to_contain_text("✕ dead")
            stage.refuse(THREE, "node-1", times=4)
            stage.refuse(ONE, "node-2")
            expect(page.locator("#matrix tbody tr").filter(has_text="node-1")).to_contain_text("4 owner_dead")
            expect(page.locator("#matrix tbody tr").filter(has_text="node-2")).to_contain_text("1 misrouted")
            rows = page.locator("#events-table tbody tr")
            expect(rows).to_have_count(2)
            expect(rows.filter(has_text="owner_dead").locator("td").nth(1)).to_have_text("4")
            expect(page.locator("#numbers .value").nth(2)).to_have_text("5")
            expect(page.locator("h1")).to_contain_text("1 request misrouted")
            # The last session of a line explains itself, by the keyboard too.
            button = rows.filter(has_text="owner_dead").get_by_role("button")
            expect(button).to_have_accessible_name("Explain " + ref(THREE))
            button.focus()
            page.keyboard.press("Enter")
            expect(page.locator("#answer-h")).to_contain_text(ref(THREE))
            expect(page.locator("#answer-h .verdict")).to_have_text("owner_dead")
            expect(page.locator("#answer-h")).to_be_focused()
            self.check_axe(page, "a page with an incident and an answer")
            page.emulate_media(color_scheme="dark")
            self.check_axe(page, "the same in the dark")
            page.set_viewport_size({"width": 360, "height": 780})
            self.check_width(page)
            self.assertTrue(page.evaluate("window.isSamePage"))
            self.check_calm(page)

    def test_names_from_outside_are_text(self):
        hostile = "<img/src=x/onerror=document.title='owned'>" + "x" * 200
        with Stage(nodes=("node-1", hostile)) as stage:
            stage.register(ONE, hostile, client=hostile)
            page = self.open(stage, viewport={"width": 360, "height": 780})
            expect(page.locator("#nodes-table tbody tr")).to_have_count(2)
            stage.kill(hostile)
            expect(page.locator(".findings .what").first).to_contain_text("<img/src=x/onerro")
            stage.refuse(ONE, "node-1")
            expect(page.locator("#events-table tbody tr")).to_have_count(1)
            self.check_width(page)
            expect(page.locator("img")).to_have_count(0)
            expect(page).to_have_title(re.compile("^1 node dead"))
            self.check_calm(page)

    def test_redis_stops_and_comes_back(self):
        with Stage() as stage:
            populated(stage)
            page = self.open(stage)
            expect(page.locator("#warnings .banner")).to_have_count(0)
            stage.redis.stop()
            banner = page.locator("#warnings .banner.bad").first
            expect(banner).to_contain_text("Redis is out of reach")
            expect(banner).to_contain_text(re.compile(r"since \d\d:\d\d:\d\d, .*: cannot connect to Redis"))
            expect(page.locator("h1")).to_contain_text("As last seen: ")
            expect(page.locator("#warnings")).to_contain_text("The view is stale")
            # Said once to who does not see it.
            expect(page.locator("#say")).to_contain_text("Redis is out of reach")
            # It is what one sees first, and cannot be missed.
            box = banner.bounding_box()
            self.assertLess(box["y"], 100)
            self.assertGreater(box["width"], 1200)
            self.check_axe(page, "a page with Redis down")
            expect(page.locator("#alarm")).to_be_hidden()
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            expect(page.locator("#alarm")).to_be_in_viewport()
            expect(page.locator("#alarm")).to_contain_text("Redis is out of reach. The view is stale")
            page.locator("#alarm").click()
            expect(banner).to_be_in_viewport()
            page.emulate_media(color_scheme="dark")
            self.check_axe(page, "the same in the dark")
            stage.redis.start()
            populated(stage)
            expect(page.locator("#warnings .banner.bad")).to_have_count(0)
            expect(page.locator("#numbers .value").first).to_have_text("3")
            self.check_calm(page)

    def test_the_daemon_goes_away(self):
        with Stage() as stage:
            page = self.open(stage)
            expect(page.locator("#refreshed")).to_contain_text("refreshed")
            stage.stop_daemon()
            expect(page.locator("#lost")).to_be_visible()
            expect(page.locator("#lost")).to_contain_text("the daemon does not answer. The content below is old.")
            stage.start_daemon()
            expect(page.locator("#lost")).to_be_hidden()
            self.check_calm(page, ["ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET"])


class ExplainTests(PageTest):
    def ask(self, page, words):
        page.get_by_label("Its ref, the beginning of one, or its id").fill(words)
        page.get_by_role("button", name="Explain", exact=True).click()

    def test_by_ref_prefix_and_id(self):
        with Stage() as stage:
            populated(stage)
            page = self.open(stage)
            expect(page.locator("#numbers .value").first).to_have_text("3")
            for words in (ref(ONE), ref(ONE)[2:10], ONE):
                self.ask(page, words)
                expect(page.locator("#answer-h")).to_contain_text(ref(ONE))
                expect(page.locator("#answer-h")).to_be_focused()
                expect(page.locator("#answer")).to_contain_text("node-1")
                expect(page.locator("#session")).to_have_value("")
                self.assertNotIn(ONE, page.content())
                self.assertEqual(page.url, stage.url)
                page.get_by_role("link", name="Close this answer").click()
                expect(page.locator("#answer")).to_be_hidden()
                expect(page.locator("#session")).to_be_focused()
            self.assertTrue(page.evaluate("window.isSamePage"))
            self.check_calm(page)

    def test_what_is_not_there(self):
        with Stage() as stage:
            page = self.open(stage)
            self.ask(page, "s:ffff0000")
            expect(page.locator("#answer-h")).to_have_text("No explanation")
            unknown = "99999999-51c1-4f4e-9f0b-6a8e5f3b7c11"
            self.ask(page, unknown)
            expect(page.locator("#session")).to_have_value("")
            expect(page.locator("#answer-h")).to_be_focused()
            self.assertNotIn(unknown, page.content())
            self.check_calm(page, ["404"])

    def test_without_script(self):
        with Stage() as stage:
            populated(stage)
            wait_for("three sessions", lambda: b'"registered":3' in stage.get("api/v1/status")[1])
            stage.refuse(ONE, "node-2")
            wait_for("the event", lambda: b'"misrouted":1' in stage.get("api/v1/misroutes")[1])
            page = self.open(stage, java_script_enabled=False)
            expect(page.locator("h1")).to_have_text("1 request misrouted")
            expect(page.locator("#nodes-table tbody tr")).to_have_count(3)
            expect(page.get_by_role("link", name="Refresh")).to_be_visible()
            for name in ("#pause", "#control", "#lost"):
                expect(page.locator(name)).to_be_hidden()
            expect(page.get_by_text("mcp-sessiond cleanup suspend")).to_be_visible()
            self.ask(page, ONE)
            expect(page.locator("#answer-h")).to_contain_text(ref(ONE))
            self.assertNotIn(ONE, page.content())
            self.assertEqual(page.url, stage.url + "#answer")
            page.get_by_role("button", name="Explain " + ref(ONE)).first.click()
            expect(page.locator("#answer-h")).to_contain_text(ref(ONE))
            page.get_by_role("link", name="Close this answer").click()
            expect(page.locator("#answer")).to_be_hidden()
            self.check_calm(page)


class RefreshTests(PageTest):
    def test_what_somebody_does_is_kept(self):
        with Stage(nodes=[f"node-{number:02}" for number in range(16)]) as stage:
            populated(stage)
            page = self.open(stage, viewport={"width": 500, "height": 700})
            expect(page.locator("#nodes-table tbody tr")).to_have_count(10)
            page.locator("#nodes-more summary").click()
            page.locator("#words summary").click()
            page.locator("#nodes-table").evaluate("one => { one.scrollLeft = 60 }")
            page.get_by_label("Its ref, the beginning of one, or its id").fill("s:65")
            page.locator("#nodes-more summary").focus()
            top = page.locator("#nodes").bounding_box()["y"]
            before = page.locator("#frame time").get_attribute("datetime")
            stage.kill("node-07")
            expect(page.locator("#nodes-table tbody tr").filter(has_text="node-07")).to_contain_text("dead")
            self.assertNotEqual(page.locator("#frame time").get_attribute("datetime"), before)
            self.assertTrue(page.locator("#nodes-more").evaluate("one => one.open"))
            self.assertTrue(page.locator("#words").evaluate("one => one.open"))
            self.assertEqual(page.locator("#nodes-table").evaluate("one => one.scrollLeft"), 60)
            self.assertEqual(page.locator("#session").input_value(), "s:65")
            self.assertAlmostEqual(page.locator("#nodes").bounding_box()["y"], top, delta=1)
            expect(page.locator("#nodes-more summary")).to_be_focused()
            self.assertTrue(page.evaluate("window.isSamePage"))
            self.check_calm(page)

    def test_it_can_be_paused(self):
        with Stage() as stage:
            page = self.open(stage)
            button = page.get_by_role("button", name="Pause")
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            expect(page.locator("#refreshed")).to_contain_text("paused at")
            button.click()
            expect(button).to_have_attribute("aria-pressed", "false")
            expect(page.locator("#refreshed")).to_contain_text("refreshed")
            self.check_calm(page)


class CleanupTests(PageTest):
    def order(self, page, token, button, confirm=True):
        page.get_by_label("Token with the scope cleanup").fill(token)
        page.get_by_role("button", name=button + "…").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        self.check_axe(page, "the question whether one is sure")
        dialog.get_by_role("button", name=button if confirm else "Cancel").click()
        expect(dialog).to_be_hidden()

    def test_suspend_and_resume(self):
        with Stage() as stage:
            page = self.open(stage)
            page.get_by_text("Suspend or resume").click()
            page.get_by_label("Your name").fill("ann")
            # Without a reason nothing is asked.
            page.get_by_role("button", name="Suspend…").click()
            expect(page.locator("#order-said")).to_have_text("Say why: others will read it.")
            expect(page.get_by_label("Why", exact=True)).to_be_focused()
            page.get_by_label("Why", exact=True).fill("deploy <b>of</b> 3.2")
            self.order(page, TOKENS["cleanup"], "Suspend", confirm=False)
            expect(page.locator("#order-said")).not_to_contain_text("Cleanup is suspended")
            self.order(page, "a-token-that-nobody-knows", "Suspend")
            expect(page.locator("#order-said")).to_contain_text("Not done: the bearer token is not known")
            self.order(page, TOKENS["events"], "Suspend")
            expect(page.locator("#order-said")).to_contain_text("Not done: the token lacks the scope 'cleanup'")
            self.assertIn(b'"suspended":null', stage.get("api/v1/cleanup")[1])
            self.order(page, TOKENS["cleanup"], "Suspend")
            expect(page.locator("#order-said")).to_have_text("Cleanup is suspended.")
            banner = page.locator("#warnings .banner.hold").first
            expect(banner).to_contain_text("Cleanup is suspended by ann since")
            expect(banner).to_contain_text("deploy <b>of</b> 3.2")
            expect(banner).to_contain_text("It ends by itself in 1h59m")
            # The token was used once, and is nowhere.
            expect(page.get_by_label("Token with the scope cleanup")).to_have_value("")
            self.assertEqual(page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]"), [0, 0, ""])
            self.check_axe(page, "a page with cleanup suspended")
            page.emulate_media(color_scheme="dark")
            self.check_axe(page, "the same in the dark")
            self.order(page, TOKENS["cleanup"], "Resume")
            expect(page.locator("#order-said")).to_have_text("Cleanup is resumed.")
            expect(page.locator("#warnings .banner")).to_have_count(0)
            self.check_calm(page, ["401", "403"])


    def test_undo(self):
        with Stage() as stage:
            # A run of an hour ago that removed two sessions; one of them is registered again.
            run = "1795404635-b466"
            for number in (1, 2):
                stage.keep_removed(run, f"removed-{number}")
            stage.redis.command("SET", "mcp:session:removed-2", "another")
            page = self.open(stage)
            row = page.locator("#runs-table tbody tr").first
            expect(row).to_contain_text("2 Undo…")
            page.get_by_text("Suspend or resume").click()
            for token, said in (
                ("", "Not done: "), (TOKENS["events"], "Not done: the token lacks the scope 'cleanup'"),
            ):
                self.undo(page, token)
                expect(page.locator("#order-said")).to_contain_text(said)
            self.assertEqual(stage.redis.command("EXISTS", "mcp:session:removed-1"), "0")
            self.undo(page, TOKENS["cleanup"])
            expect(page.locator("#order-said")).to_have_text(
                "1 sessions are restored. Cleanup is suspended: resume it once their nodes are well.")
            self.assertEqual(stage.redis.command("EXISTS", "mcp:session:removed-1"), "1")
            expect(page.locator("#warnings .banner.hold").first).to_contain_text(f"undo of run {run}")
            expect(row).not_to_contain_text("Undo")
            self.check_axe(page, "a page after an undo")
            self.check_calm(page, ["401", "403"])

    def undo(self, page, token):
        page.get_by_label("Token with the scope cleanup").fill(token)
        page.get_by_role("button", name="Undo…").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("2 sessions at most")
        self.check_axe(page, "the question before an undo")
        dialog.get_by_role("button", name="Restore").click()
        expect(dialog).to_be_hidden()


class LockedTests(PageTest):
    def test_a_token_opens_it(self):
        with Stage(open_reads=False) as stage:
            populated(stage)
            page = self.open(stage)
            expect(page.locator("h1")).to_have_text("A token is needed to read here")
            for word in ("node-1", "redis.sock"):
                self.assertNotIn(word, page.content())
            self.check_axe(page, "the shell")
            field = page.get_by_label("Token with the scope read")
            for token, said in (
                ("a-token-that-nobody-knows", "the bearer token is not known"),
                (TOKENS["cleanup"], "The token lacks the scope read."),
            ):
                field.fill(token)
                field.press("Enter")
                expect(page.locator("#unlock-said")).to_have_text(said)
                expect(field).to_have_value("")
            field.fill(TOKENS["read"])
            field.press("Enter")
            expect(page.locator("#nodes-table tbody tr")).to_have_count(3)
            self.assertNotIn(TOKENS["read"], page.content())
            page.get_by_label("Its ref, the beginning of one, or its id").fill(ONE)
            page.get_by_role("button", name="Explain", exact=True).click()
            expect(page.locator("#answer-h")).to_contain_text(ref(ONE))
            # Kept in this tab, and nowhere else.
            self.assertEqual(page.evaluate("[localStorage.length, document.cookie]"), [0, ""])
            page.reload()
            expect(page.locator("#nodes-table tbody tr")).to_have_count(3)
            page.get_by_role("button", name="Forget token").click()
            expect(page.locator("h1")).to_have_text("A token is needed to read here")
            self.assertEqual(page.evaluate("sessionStorage.length"), 0)
            self.assertNotIn("node-1", page.content())
            self.check_calm(page, ["401"])

    def test_without_script_it_says_where_to_look(self):
        with Stage(open_reads=False) as stage:
            page = self.open(stage, java_script_enabled=False)
            expect(page.locator("h1")).to_have_text("A token is needed to read here")
            expect(page.get_by_text("This needs script")).to_be_visible()
            expect(page.locator("#unlock")).to_be_hidden()
            self.check_calm(page)


class AccessibilityTests(PageTest):
    def test_landmarks_headings_and_names(self):
        with Stage() as stage:
            populated(stage)
            page = self.open(stage)
            expect(page.locator("#numbers .value").first).to_have_text("3")
            for role in ("banner", "main", "contentinfo"):
                expect(page.get_by_role(role)).to_have_count(1)
            levels = page.evaluate("[...document.querySelectorAll('main h1,main h2,main h3')].map(one => +one.localName[1])")
            self.assertEqual(levels[0], 1)
            self.assertEqual(levels.count(1), 1)
            for before, after in zip(levels, levels[1:]):
                self.assertLessEqual(after, before + 1, levels)
            self.assertEqual(page.locator("html").get_attribute("lang"), "en")
            names = page.evaluate(
                "[...document.querySelectorAll('table')].map(one => [one.caption?.textContent || '',"
                " [...one.querySelectorAll('th')].every(cell => cell.scope)])")
            self.assertTrue(names)
            for caption, is_scoped in names:
                self.assertTrue(caption)
                self.assertTrue(is_scoped)
            # No movement that somebody asked to be spared.
            page.emulate_media(reduced_motion="reduce")
            moving = page.evaluate(
                "[...document.querySelectorAll('*')].filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0"
                " || getComputedStyle(one).animationName !== 'none').length")
            self.assertEqual(moving, 0)

    def test_all_is_reached_by_the_keyboard(self):
        with Stage() as stage:
            populated(stage)
            page = self.open(stage)
            expect(page.locator("#numbers .value").first).to_have_text("3")
            # Refreshing must not disturb the count.
            page.evaluate("document.getElementById('pause').click()")

            def focused():
                return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")

            order = []
            for _ in range(40):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement === document.body"):
                    break
                order.append(focused())
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                self.assertNotEqual(outline, "none", order[-1])
            self.assertEqual(
                order[:5], ["Skip to what is wrong now", "pause", "session", "Explain", "nodes-table"])
            self.assertIn("Suspend or resume", order)
            self.assertEqual(order[-1], "Words")
            # To the box, and back.
            page.locator("#nodes-table").focus()
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Shift+Tab")
            self.assertEqual(focused(), "session")
            page.keyboard.type(ref(ONE))
            page.keyboard.press("Enter")
            expect(page.locator("#answer-h")).to_be_focused()
            # The dialog closes with Escape, and gives the focus back.
            page.get_by_text("Suspend or resume").focus()
            page.keyboard.press("Enter")
            page.get_by_role("button", name="Resume…").focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("dialog")).to_be_visible()
            expect(page.get_by_role("button", name="Cancel")).to_be_focused()
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
            expect(page.get_by_role("button", name="Resume…")).to_be_focused()
            self.check_calm(page)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Recounts every figure of a report and of the panel's pages from the documents in a store, and compares.

    glasnik demo --addr 127.0.0.1:8080 --data ./demo-data      # prints a link to sign in
    .ci/recount.py ./demo-data/demo.db http://127.0.0.1:8080/sign-in/… --from 2026-07-01 --until 2026-12-31

It reads the SQLite file by itself (deliveries, events, contacts, …), shares no code with the program, and needs Python's standard
library alone; the PDF is read with pdftotext. --token also asks /api/reports/. Every difference is printed; then it exits with 1.
"""
import argparse, csv, datetime, html.parser, http.cookiejar, io, json, re, sqlite3, subprocess, sys, time, urllib.parse, urllib.request, zipfile
import xml.etree.ElementTree as xml
from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

LEAST_GROUP = 5
SETTLES = datetime.timedelta(days=7)  # for which a period's reading counts
BESIDE = {"test", "notice", "digest"}  # runs that are no mailing, see campaign.TriggersBeside
DIMENSIONS = ["outlet", "journalist", "kind", "language", "list", "place", "topic"]
KINDS = {"journalist": "Journalist", "school": "School", "business": "Business", "partner": "Partner", "other": "Other"}
LANGUAGES = {"sr-Latn": "Srpski (latinica)", "sr-Cyrl": "Српски (ћирилица)", "en": "English", "fr": "Français"}
FEW, GONE, NONE = "Smaller groups together", "Not on record any more", "Not known"
NO_LIST, NO_OFFICE, NO_TOPIC, ALL_LISTS = "On none of the lists it went to", "Without an organisation", "About no topic", "All lists together"
SHEETS = {"Kind": "Accepted messages by kind of reader", "Language": "Accepted messages by language", "Place": "Accepted messages by place",
          "List": "Accepted messages by list", "Outlet or organisation": "Accepted messages by outlet or organisation",
          "Topic": "Mailings by topic of the release", "Left out": "Left out, interrupted, and who left"}
GROUPS = {"kinds": "kind of reader", "languages": "language", "places": "place", "to_lists": "list", "outlets": "outlet or organisation"}


class Store:
    """The documents of a store, each the columns of its row and what stands in rest."""

    def __init__(self, path):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row
        self.contacts = {c["id"]: c for c in self.all("contacts")}
        self.offices = {o["id"]: o for o in self.all("organisations")}
        self.campaigns = {c["id"]: c for c in self.all("campaigns")}
        self.releases = {r["id"]: r for r in self.all("releases")}
        self.lists = {l["id"]: l["name"] for l in self.all("lists")}
        self.coverage, self.activities = self.all("coverage"), self.all("activities")
        self.deliveries, self.events = defaultdict(list), defaultdict(list)
        for d in self.all("deliveries"):
            self.deliveries[d["run_id"]].append(d)
        for e in self.all("events"):
            self.events[e["run_id"]].append(e)
        self.runs = sorted((r for r in self.all("runs") if r["trigger"] not in BESIDE), key=lambda r: (r["slot"], r["id"]))

    def all(self, name):
        rows = [dict(r) for r in self.db.execute(f'SELECT * FROM "{name}"')]
        return [{**r, **json.loads(r.get("rest") or "{}")} for r in rows]

    def runs_between(self, since, until):
        return [r for r in self.runs if since.timestamp() * 1000 <= r["slot"] < until.timestamp() * 1000]

    def place(self, c):
        office = self.offices.get(c.get("organisation_id") or "", {})
        return (c.get("place") or office.get("place") or "").strip()


def figures(store, run, until=None):
    """What became of one mailing."""
    states = Counter(d["state"] for d in store.deliveries[run["id"]])
    f = {
        "audience": sum(states.values()), "accepted": states["sent"], "failed": states["failed"],
        "returned": sum(1 for d in store.deliveries[run["id"]] if d["state"] == "failed" and d["dead"]),
        "left_out": states["skipped"], "interrupted": states["interrupted"],
        "waiting": states["queued"] + states["in_flight"] + states["deferred"], "came_back": 0, "blocked": 0, "unsubscribed": 0, "complained": 0,
    }
    for kind in ("opened", "clicked"):
        of = [e for e in store.events[run["id"]] if e["kind"] == kind and e["link"] == 0 and (until is None or e["at"] < until.timestamp() * 1000)]
        human = [e for e in of if e["verdict"] == "human"]
        known = {e["delivery_id"] or e["id"] for e in human if e["known"] or e["delivery_id"]}
        counts = {
            "known": len(known), "times": len(human), "machines": sum(e["verdict"] == "machine" for e in of),
            "unknown": sum(e["verdict"] not in ("human", "machine") for e in of),
        }
        counts["people"] = min(len(known) + (len(human) > len(known)), f["accepted"])
        counts["most"] = min(f["accepted"], max(counts["people"], counts["times"] + counts["unknown"]))
        f[kind] = counts
    for e in store.events[run["id"]]:
        if until is not None and e["at"] >= until.timestamp() * 1000:
            continue
        if e["kind"] == "unsubscribed":
            f["unsubscribed"] += 1
        elif e["kind"] == "complained":
            f["complained"] += 1
        elif e["kind"] == "bounced":
            f["blocked" if e["verdict"] == "block" else "came_back"] += 1
    return f


def total(parts):
    out = {"opened": Counter(), "clicked": Counter()}
    for f in parts:
        for name, n in f.items():
            if isinstance(n, dict):
                out[name].update(n)
            else:
                out[name] = out.get(name, 0) + n
    return out


def disclosed(counts):
    """The groups that may be shown: small ones together, with the next where they alone would be too few."""
    few, out = 0, Counter()
    for n, name in sorted((n, name) for name, n in counts.items() if n):
        if n < LEAST_GROUP or 0 < few < LEAST_GROUP:
            few += n
        else:
            out[name] += n
    if few:
        out[FEW] += few
    return out


def groups(store, runs):
    """To whom accepted messages went, as a report shows it: disclosed mailing by mailing."""
    out = {name: Counter() for name in GROUPS}
    for run in runs:
        one = {name: Counter() for name in GROUPS}
        lists = store.campaigns[run["campaign_id"]].get("lists") or []
        for d in store.deliveries[run["id"]]:
            if d["state"] != "sent":
                continue
            c = store.contacts.get(d["contact_id"])
            one["kinds"][KINDS[c["kind"]] if c else GONE] += 1
            one["languages"][LANGUAGES.get(d["language"], NONE)] += 1
            one["places"][store.place(c) or NONE if c else GONE] += 1
            on = sorted({store.lists[m["list"]] for m in c.get("memberships", []) if m["list"] in lists}, key=str.lower) if c else []
            one["to_lists"][" + ".join(on) or NO_LIST if c else GONE] += 1
            one["outlets"][store.offices.get(c.get("organisation_id") or "", {}).get("name") or NO_OFFICE if c else GONE] += 1
        for name, counts in one.items():
            out[name].update(disclosed(counts))
    return out


def topics(store, per):
    """What mailings were about, by the names of topics in English."""
    names = {t["key"]: t["names"].get("en", t["key"]) for s in store.all("settings") for t in s.get("topics") or []}
    out = defaultdict(lambda: [0, 0, 0, 0])
    for run, f in per:
        for key in store.releases.get(run["release_id"], {}).get("topics") or [None]:
            row = out[names.get(key, key) if key else NO_TOPIC]
            for i, n in enumerate((1, f["accepted"], f["opened"]["people"], f["clicked"]["people"])):
                row[i] += n
    return {} if list(out) == [NO_TOPIC] else dict(out)


def months(since, until):
    """The parts of a period, with whether they are whole months."""
    while since < until:
        first = since.replace(day=1)
        following = (first + datetime.timedelta(days=32)).replace(day=1)
        yield since, min(following, until), since == first and following <= until
        since = min(following, until)


def grown(store, since, until):
    """For each list how many came and went in a part of a period."""
    def within(moment):
        return bool(moment) and since <= datetime.datetime.fromisoformat(moment[:19] + "+00:00") < until
    out = {}
    for list_id, name in store.lists.items():
        row = Counter()
        for c in store.contacts.values():
            for m in c.get("memberships", []):
                if m["list"] != list_id:
                    continue
                row["joined"] += m["status"] != "unconfirmed" and within(m.get("since"))
                row["left"] += m["status"] == "unsubscribed" and within(m.get("left_at"))
                row["taken_off"] += m["status"] == "removed" and within(m.get("left_at"))
                if m["status"] == "subscribed":
                    row["returned"] += c["status"] == "bounced" and within(c.get("status_since"))
                    row["now"] += c["status"] == "active"
        out[name] = row
    return out


def growth(store, since, until):
    """How lists grew as a report shows it: of one list by whole months, where no figure is too small; of all together exactly."""
    columns = ("joined", "left", "taken_off", "returned")
    out = {name: [0] * 5 for name in [*store.lists.values(), ALL_LISTS]}
    for begin, end, whole in months(since, until):
        part = grown(store, begin, end)
        for i, column in enumerate(columns):
            out[ALL_LISTS][i] += sum(row[column] for row in part.values())
            for name, n in disclosed({name: row[column] for name, row in part.items()}).items() if whole else ():
                if name != FEW:
                    out[name][i] += n
    for name, row in grown(store, since, until).items():
        out[name][4] = row["now"] // 10 * 10
        out[ALL_LISTS][4] += row["now"]
    return {name: row for name, row in out.items() if any(row) or name == ALL_LISTS}


def readers(store, run):
    """The accepted messages of a mailing with what is known of their readers."""
    did = defaultdict(set)
    for e in store.events[run["id"]]:
        if e["delivery_id"] and e["verdict"] == "human" and e["kind"] in ("opened", "clicked"):
            did[e["delivery_id"]].add(e["kind"])
    for d in store.deliveries[run["id"]]:
        if d["state"] == "sent":
            known = d["tracking"] == "individual"
            done = did[d["id"]] if known else set()
            yield d, store.contacts.get(d["contact_id"]), known, bool(done), "clicked" in done


def breakdown(store, run, by):
    """One table of “Who read it” as a multiset of its numbers: names are compared where a name is one."""
    lists, out = store.campaigns[run["campaign_id"]].get("lists", []), defaultdict(lambda: [0, 0, 0, 0])
    for d, c, known, opened, clicked in readers(store, run):
        if by == "language":
            keys = [d["language"]]
        elif c is None:
            keys = ["~gone"]
        elif by == "journalist":
            keys = [c["id"]] if c["kind"] == "journalist" else []
        else:
            keys = [k for k in {
                "outlet": [c.get("organisation_id")], "kind": [c["kind"]], "place": [store.place(c)], "topic": c.get("topics", []),
                "list": [m["list"] for m in c.get("memberships", []) if m["list"] in lists],
            }[by] if k] or ["~none"]
        for k in keys:
            row = out[k]
            row[0] += 1
            row[1] += known
            row[2] += opened
            row[3] += clicked
    return sorted([*row, row[0] - row[2]] for row in out.values())


class Tables(html.parser.HTMLParser):
    """The tables of a page: for each its caption and the words of its cells."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.into, self.skip, self.text = [], None, 0, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style", "svg"):
            self.skip += 1
        elif tag == "table":
            self.tables.append(["", []])
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in ("td", "th", "caption"):
            self.into = []
        elif self.into is not None:
            self.into.append(" ")

    def handle_endtag(self, tag):
        if tag in ("script", "style", "svg"):
            self.skip = max(0, self.skip - 1)
        elif tag in ("td", "th", "caption") and self.into is not None and self.tables:
            words = " ".join("".join(self.into).split())
            if tag == "caption":
                self.tables[-1][0] = words
            elif self.tables[-1][1]:
                self.tables[-1][1][-1].append(words)
            self.into = None

    def handle_data(self, data):
        if self.skip:
            return
        self.text.append(data)
        if self.into is not None:
            self.into.append(data)


def number(words):
    """The number a cell begins with; what is not known is shown as a dash."""
    found = re.match(r"-?[\d,\u00a0]+", words.replace("–", "0"))
    return int(re.sub(r"[,\u00a0]", "", found.group())) if found else None


def workbook(data):
    """The sheets of a workbook by name: rows of words and numbers, below the heading."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    z = zipfile.ZipFile(io.BytesIO(data))
    strings = []
    if "xl/sharedStrings.xml" in z.namelist():
        strings = ["".join(t.text or "" for t in s.iter(main + "t")) for s in xml.fromstring(z.read("xl/sharedStrings.xml")).iter(main + "si")]
    of = {r.get("Id"): r.get("Target").lstrip("/").removeprefix("xl/") for r in xml.fromstring(z.read("xl/_rels/workbook.xml.rels"))}
    link = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    for sheet in xml.fromstring(z.read("xl/workbook.xml")).iter(main + "sheet"):
        name = "xl/" + of[sheet.get(link)]
        rows = []
        for row in xml.fromstring(z.read(name)).iter(main + "row"):
            cells = []
            for c in row.iter(main + "c"):
                v, kind = c.find(main + "v"), c.get("t")
                if kind == "s":
                    cells.append(strings[int(v.text)])
                elif kind == "inlineStr":
                    cells.append("".join(t.text or "" for t in c.iter(main + "t")))
                else:
                    cells.append(v.text if v is not None else "")
            rows.append(cells)
        for i, heading in enumerate(rows[0]):
            for row in rows[1:] if heading in ("Day", "Month") else ():
                row[i] = (datetime.date(1899, 12, 30) + datetime.timedelta(days=int(float(row[i])))).isoformat()
        yield sheet.get("name"), rows[1:]


class Checks:
    def __init__(self):
        self.done, self.wrong = Counter(), 0

    def same(self, where, what, got, want):
        self.done[where] += 1
        if got != want:
            self.wrong += 1
            print(f"{where}: {what}: shown {got}, counted {want}")


class Panel:
    def __init__(self, link):
        self.base = "{0.scheme}://{0.netloc}".format(urllib.parse.urlparse(link))
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.opener.addheaders = [("Accept-Language", "en"), ("Origin", self.base)]
        self.opener.open(link, data=b"", timeout=60).read()

    def get(self, path, **query):
        for _ in range(100):  # while a report is counted, its page says so and asks again
            with self.opener.open(self.base + path + ("?" + urllib.parse.urlencode(query) if query else ""), timeout=120) as answer:
                body = answer.read()
                if "Refresh" not in answer.headers:
                    return body
            time.sleep(3)
        raise TimeoutError(path + " is not counted within five minutes")


def summary(f, mailings):
    """The figures of the first table in their order."""
    verdicts = [f[kind][k] for kind in ("opened", "clicked") for k in ("people", "times", "machines", "unknown")]
    return [mailings, f["audience"], f["accepted"], f["failed"], f["returned"], f["came_back"], f["blocked"], f["left_out"], f["interrupted"], f["waiting"],
            *verdicts, f["unsubscribed"], f["complained"]]


def expected(store, runs, since, until, reading, zone):
    """Every table of numbers of a report, by the words its heading begins with: rows of words and numbers."""
    per = [(r, figures(store, r, reading)) for r in runs]
    f = total(f for _, f in per)
    day = lambda r: datetime.datetime.fromtimestamp(r["slot"] / 1000, zone).date().isoformat()
    name = lambda r: store.campaigns[r["campaign_id"]]["name"]
    out = {"All figures together": [[n] for n in summary(f, len(runs))]}
    out["Mailings"] = [[day(r), name(r), f["audience"], f["accepted"], f["failed"], f["returned"], f["came_back"]] for r, f in per]
    out["Left out, interrupted, and who left"] = [[day(r), name(r), f["blocked"], f["left_out"], f["interrupted"], f["waiting"], f["unsubscribed"], f["complained"]] for r, f in per]
    for kind in ("opened", "clicked"):
        out[kind.capitalize()] = [[day(r), name(r), f["accepted"]] + [f[kind][k] for k in ("people", "most", "times", "machines", "unknown")] for r, f in per]
    for kind, title in GROUPS.items():
        out["Accepted messages by " + title] = [[k, n] for k, n in groups(store, runs)[kind].items()]
    out["Mailings by topic of the release"] = [[k, *v] for k, v in topics(store, per).items()]
    out["How the lists grew"] = [[k, *v] for k, v in growth(store, since, until).items()]
    within = lambda n: since.date() <= datetime.datetime.fromtimestamp(n["day"] / 1000, datetime.timezone.utc).date() < until.date()
    out["Events"] = [[a["name"], a.get("people", 0)] for a in store.activities if within(a)]
    out["Coverage"] = [[c["outlet"], c.get("reach", 0)] for c in store.coverage if within(c)]
    return {title: rows for title, rows in out.items() if rows}, f, per


def compare_rows(checks, where, title, shown, want):
    """Holds the rows of a table against what was counted: every row that was counted is shown, with its numbers in their order."""
    checks.same(where, f"{title}: rows", len(shown), len(want))
    shown = [[str(c) for c in row] for row in shown]
    if title == "All figures together":
        checks.same(where, title, [number(row[1]) for row in shown], [row[0] for row in want])
        return
    for row in want:
        words, numbers = [w for w in row if isinstance(w, str) and not re.match(r"\d{4}-", w)], [n for n in row if not isinstance(n, str)]
        of = [cells for cells in shown if all(w in cells for w in words)]
        found = [[number(c) for c in cells if number(c) is not None and c not in words and not re.match(r"\d{4}-|\d+ \w{3} \d{4}|.*%$|0\.\d+$|.*://", c)] for cells in of]
        if not any(numbers == f or numbers == [0] and f == [] or numbers == f[: len(numbers)] and title.startswith("Accepted messages") for f in found):
            checks.same(where, f"{title}: {' '.join(words)}", found, numbers)
        else:
            checks.same(where, title, numbers, numbers)


def check_report(checks, store, panel, args, since, until, zone):
    runs = store.runs_between(since, until)
    tables, f, per = expected(store, runs, since, until, until + SETTLES, zone)
    ask = lambda form: panel.get("/reports/file", **{"from": args.since, "until": args.until, "format": form, "speaks": "en"})
    title_of = lambda words: words if words in tables else None

    answers = {"JSON": json.loads(ask("json"))}
    if args.token:
        query = urllib.parse.urlencode({"from": args.since, "until": args.until})
        for form in ("json", "csv"):
            request = urllib.request.Request(f"{panel.base}/api/reports/period?{query}&format={form}", headers={"Authorization": "Bearer " + args.token})
            body = urllib.request.urlopen(request, timeout=120).read()
            if form == "json":
                answers["API"] = json.loads(body)
            else:
                check_csv(checks, "API, CSV", body, tables, title_of)
    names = {**{v: v for v in KINDS.values()}, **{k: v for k, v in KINDS.items()}, **LANGUAGES, "~few": FEW, "~gone": GONE}
    for where, r in answers.items():
        for name in ("audience", "accepted", "failed", "returned", "came_back", "blocked", "left_out", "interrupted", "waiting", "unsubscribed", "complained"):
            checks.same(where, name, r["total"][name], f[name])
        for one, (run, counted) in zip(r.get("runs", []), per):
            checks.same(where, "run", one["id"], run["id"])
            for kind in ("opened", "clicked"):
                for k in ("people", "known", "times", "machines", "unknown"):
                    checks.same(where, f"{one['campaign']}: {kind} {k}", one["figures"][kind][k], counted[kind][k])
        for kind, counted in groups(store, runs).items():
            none = {"to_lists": NO_LIST, "outlets": NO_OFFICE}.get(kind, NONE)
            checks.same(where, kind, {none if g["key"] == "~none" else names.get(g["key"], g["key"]): g["accepted"] for g in r.get(kind, [])}, dict(counted))
        named = lambda t: NO_TOPIC if t["key"] == "~none" else t["names"].get("en", t["key"])
        checks.same(where, "topics", {named(t): [t[k] for k in ("mailings", "accepted", "opened", "clicked")] for t in r.get("topics", [])}, topics(store, per))
        shown = {l["name"] if l["name"] != "~all" else ALL_LISTS: [l[k] for k in ("joined", "left", "taken_off", "returned", "now")] for l in r.get("lists", [])}
        checks.same(where, "lists", shown, growth(store, since, until))
    check_csv(checks, "CSV", ask("csv"), tables, title_of)

    book = {SHEETS.get(name, name): rows for name, rows in workbook(ask("xlsx"))}
    for title, want in tables.items():
        compare_rows(checks, "XLSX", title, book.get(title, []), want)

    page = Tables(ask("html").decode())
    for title, want in tables.items():
        shown = [rows for caption, rows in page.tables if caption == title]  # first the one of a chart, if there is one
        compare_rows(checks, "page", title, shown[-1][1:] if shown else [], want)
    check_pdf(checks, ask("pdf"), tables)


def check_csv(checks, where, data, tables, title_of):
    found, title, fresh = {}, None, True
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
        if not row:
            fresh = True
        elif fresh:
            title, fresh = title_of(row[0]), False
            found[title] = []
        else:
            found[title].append(row)
    for title, want in tables.items():
        compare_rows(checks, where, title, found.get(title, [])[1:], want)


def check_pdf(checks, data, tables):
    """In the text of the PDF each row is its words, wherever lines end, with its numbers beside the first line of them."""
    try:
        text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True, timeout=120).stdout.decode()
    except FileNotFoundError:
        print("pdftotext is not installed: the PDF is left out")
        return
    lines = text.splitlines()
    for title, want in tables.items():
        begin = max((i for i, l in enumerate(lines) if l.strip() == title), default=None)  # the last is no chart
        if begin is None:
            checks.same("PDF", title, "nothing", "a table")
            continue
        if title == "All figures together":
            shown = []
            for line in lines[begin + 2:]:
                m = re.match(r"^(\S.*?)\s{2,}([\d,]+) \S", line)
                if m:
                    shown.append(number(m.group(2)))
                if len(shown) == len(want):
                    break
            checks.same("PDF", title, shown, [row[0] for row in want])
            continue
        shown = []
        for line in lines[begin + 1:]:
            line = re.sub(r"^\s*\d{1,2} \w{3} \d{4}", "", line)
            shown.append((line, [number(n) for n in re.findall(r"(?<![\w.:/-])[\d,]+(?![\w.%:-])", line)]))
        for row in want:
            numbers = [n for n in row if not isinstance(n, str)]
            first = next(w for w in row if isinstance(w, str) and not re.match(r"\d{4}-", w)).split()[0]
            ok = any(first in line and (found[-len(numbers):] == numbers or numbers == found[:len(numbers)] or numbers == [0]) for line, found in shown)
            checks.same("PDF", f"{title}: {first} {numbers}", ok, True)


def check_pages(checks, store, panel, since, until):
    runs = store.runs_between(since, until)
    for run in runs:
        f, where = figures(store, run), "page of a mailing"
        page = Tables(panel.get("/runs/" + run["id"]).decode())
        for kind, words in (("opened", "Opened"), ("clicked", "Clicked a link")):
            row = next((row for _, rows in page.tables for row in rows if row and row[0] == words and len(row) >= 5), None)
            want = [f[kind][k] for k in ("people", "times", "machines", "unknown")]
            if row or any(want):
                checks.same(where, f"{run['id']} {kind}", [number(c) for c in row[1:5]] if row else None, want)
        row = next((row for _, rows in page.tables for row in rows if row and row[0].startswith("Accepted")), [])
        checks.same(where, f"{run['id']} accepted", number(row[1]) if len(row) > 1 else None, f["accepted"])
        for by in DIMENSIONS:
            page = Tables(panel.get(f"/runs/{run['id']}/readers", by=by).decode())
            shown = [rows for caption, rows in page.tables if caption.startswith("Who read it")]
            got = sorted([number(c) for c in row[1:6]] for row in shown[0][1:]) if shown else []
            checks.same("readers by " + by, run["id"], got, breakdown(store, run, by))


def check_over_time(checks, store, panel, args, since, until):
    page = Tables(panel.get("/over-time", **{"from": args.since, "until": args.until}).decode())
    kinds, topics, journalists = defaultdict(lambda: [0, 0, 0]), defaultdict(lambda: [0, 0, 0]), defaultdict(lambda: [0, 0, 0])
    runs = store.runs_between(since, until)
    for run in runs:
        about = store.releases.get(run["release_id"], {}).get("topics") or ["~none"]
        for d, c, known, opened, clicked in readers(store, run):
            if not known:
                continue
            rows = [kinds[c["kind"] if c else "~gone"]] + [topics[t] for t in about]
            if c and c["kind"] == "journalist":
                rows.append(journalists[c["id"]])
            for row in rows:
                row[0] += 1
                row[1] += opened
                row[2] += clicked
    table = lambda head: next((rows[1:] for _, rows in page.tables if rows and rows[0] and rows[0][0] == head), [])
    for where, head, want in (("interest by topic", "Topic", topics), ("interest by kind", "Kind", kinds)):
        checks.same(where, head, sorted([number(c) for c in row[1:4]] for row in table(head)), sorted(want.values()))
    text = " ".join("".join(page.text).split())
    shown = sorted([int(sent), int(opened), int(clicked)] for opened, sent, clicked in re.findall(r"opened (\d+) of (\d+), clicked (\d+)", text))
    most = sorted((j for j in journalists.values() if j[1]), key=lambda j: (-j[2], -j[1]))[:20]
    checks.same("journalists who read most", "all", shown, sorted(most))
    for run, row in zip(runs[-200:], table("Releases compared")):
        f = figures(store, run)
        checks.same("releases compared", run["id"], [number(row[1]), number(row[2]), number(row[5])], [f["accepted"], f["returned"] + f["came_back"], f["unsubscribed"]])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("database")
    p.add_argument("link", help="a link to sign in, as the demo and “glasnik users reset” print it")
    p.add_argument("--from", dest="since", required=True)
    p.add_argument("--until", required=True, help="the last day")
    p.add_argument("--zone", default="Europe/Belgrade")
    p.add_argument("--token", help="of the API")
    args = p.parse_args()
    zone = ZoneInfo(args.zone)
    since = datetime.datetime.fromisoformat(args.since).replace(tzinfo=zone)
    until = datetime.datetime.fromisoformat(args.until).replace(tzinfo=zone) + datetime.timedelta(days=1)
    panel, store, checks = Panel(args.link), Store(args.database), Checks()
    check_report(checks, store, panel, args, since, until, zone)
    check_pages(checks, store, panel, since, until)
    check_over_time(checks, store, panel, args, since, until)
    for where, n in checks.done.items():
        print(f"{where}: {n} compared")
    print(f"{sum(checks.done.values())} compared, {checks.wrong} differ")
    sys.exit(1 if checks.wrong or not sum(checks.done.values()) else 0)


if __name__ == "__main__":
    main()

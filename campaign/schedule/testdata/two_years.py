#!/usr/bin/env python3
"""Makes two_years.txt: 200 schedules and every moment at which each is due in the two years from 1 December 2026 on, in Belgrade.

It shares nothing with the program. It walks the calendar day by day with datetime and zoneinfo, and asks of every day whether a
schedule names it; holidays are written down as the laws and the church calendars of these years have them.

    python3 two_years.py > two_years.txt
"""
import hashlib
import json
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Belgrade")
START = datetime(2026, 12, 1, tzinfo=ZONE).astimezone(timezone.utc)
END = datetime(2028, 12, 1, tzinfo=ZONE).astimezone(timezone.utc)
DAY = timedelta(days=1)

CLOSINGS = [
    {"name": "Office party", "from": "2026-12-18", "until": "2026-12-18"},
    {"name": "Summer", "from": "2027-07-26", "until": "2027-08-13"},
    {"name": "Winter holidays", "from": "2026-12-31", "until": "2027-01-20", "kind": "school"},
    {"name": "Summer holidays", "from": "2027-06-18", "until": "2027-08-31", "kind": "school"},
    {"name": "Works holiday", "from": "2027-12-27", "until": "2028-01-07", "kind": "business"},
]

# The days that are off by the Serbian law on holidays. 2 January 2028 is a Sunday: 3 January is off. 2 May 2027, Labour Day and
# Easter, is a Sunday: the next day that is not off already is 4 May.
SERBIA = """2026-11-11 2027-01-01 2027-01-02 2027-01-07 2027-02-15 2027-02-16 2027-04-30 2027-05-01 2027-05-02 2027-05-03 2027-05-04 2027-11-11
2028-01-01 2028-01-02 2028-01-03 2028-01-07 2028-02-15 2028-02-16 2028-04-14 2028-04-15 2028-04-16 2028-04-17 2028-05-01 2028-05-02 2028-11-11
2029-01-01 2029-01-02 2029-01-07""".split()
# Easter is on 28 March 2027 and 16 April 2028.
FRANCE = """2026-11-01 2026-11-11 2026-12-25 2027-01-01 2027-03-29 2027-05-01 2027-05-08 2027-05-06 2027-05-17 2027-07-14 2027-08-15 2027-11-01 2027-11-11 2027-12-25
2028-01-01 2028-04-17 2028-05-01 2028-05-08 2028-05-25 2028-06-05 2028-07-14 2028-08-15 2028-11-01 2028-11-11 2028-12-25 2029-01-01""".split()
EU = [f"{y}-12-{d}" for y in (2026, 2027, 2028) for d in range(24, 32)] + """2026-11-01 2026-11-02
2027-01-01 2027-01-02 2027-03-25 2027-03-26 2027-03-29 2027-05-01 2027-05-06 2027-05-07 2027-05-09 2027-05-17 2027-07-21 2027-08-15 2027-11-01 2027-11-02
2028-01-01 2028-01-02 2028-04-13 2028-04-14 2028-04-17 2028-05-01 2028-05-25 2028-05-26 2028-05-09 2028-06-05 2028-07-21 2028-08-15 2028-11-01 2028-11-02
2029-01-01 2029-01-02""".split()
LISTED = {"serbia": set(SERBIA), "france": set(FRANCE), "eu": set(EU)}


def is_weekend(day):
    return day.isoweekday() >= 6


def is_off(day, heeded):
    iso = day.isoformat()
    for name in heeded:
        if name == "weekends" and is_weekend(day) or iso in LISTED.get(name, ()):
            return True
        for c in CLOSINGS:
            if name == ("closed_" + c["kind"] if "kind" in c else "closed") and c["from"] <= iso <= c["until"]:
                return True
    return False


def works(day, heeded):
    return not is_weekend(day) and not is_off(day, heeded)


def month_of(day):
    first = day.replace(day=1)
    days = []
    while first.month == day.month:
        days.append(first)
        first += DAY
    return days


def is_meant(rule, day, begin):
    """Whether a rule names a day, days off apart."""
    if rule.get("months") and day.month not in rule["months"]:
        return False
    weekday, heeded = day.isoweekday() % 7, rule.get("days_off", [])
    pattern = rule["pattern"]
    if pattern == "daily":
        return True
    if pattern == "weekly":
        week = (day - timedelta(days=day.weekday()) - (begin - timedelta(days=begin.weekday()))).days // 7
        return weekday in rule["weekdays"] and week % rule.get("interval", 1) == 0
    if pattern == "month_day":
        alike, n = month_of(day), rule["day"]
    elif pattern == "nth_weekday":
        alike, n = [d for d in month_of(day) if d.isoweekday() % 7 == rule["weekdays"][0]], rule["nth"]
    else:
        alike, n = [d for d in month_of(day) if works(d, heeded)], rule["nth"]
    if n == -1:
        return bool(alike) and alike[-1] == day
    return len(alike) >= n and alike[n - 1] == day


def rule_days(rule):
    begin, heeded = date.fromisoformat(rule["from"]), rule.get("days_off", [])
    until = date.fromisoformat(rule["until"]) if "until" in rule else date(2029, 6, 1)
    days, day = set(), begin
    while day <= until:
        if is_meant(rule, day, begin):
            on = day
            if rule["pattern"] != "working_day" and is_off(day, heeded):
                step = {"before": -DAY, "after": DAY}.get(rule.get("then"))
                while step and not works(on, heeded):
                    on += step
                on = on if step else None
            if on and begin <= on <= until:
                days.add(on)
        day += DAY
    days = sorted(days)
    return days[: rule["count"]] if "count" in rule else days


def instant(wall):
    """The first moment at which clocks in Belgrade show a wall time, or the first valid one after it where there is none."""
    at = wall.replace(tzinfo=ZONE, fold=0)
    utc = at.astimezone(timezone.utc)
    if utc.astimezone(ZONE).replace(tzinfo=None) == wall:
        return utc
    # In the gap: its end, at which the clocks went forward.
    probe = utc.replace(minute=0) - timedelta(hours=3)
    while probe.astimezone(ZONE).replace(tzinfo=None) < wall:
        probe += timedelta(minutes=1)
    return probe


NAMES = {n: i for i, n in enumerate("SUN MON TUE WED THU FRI SAT".split())} | {n: i + 1 for i, n in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())}


def values(field, low, high):
    out = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        if first in "*?":
            a, b = low, high
        else:
            a = NAMES[first] if first in NAMES else int(first)
            b = (NAMES[last] if last in NAMES else int(last)) if last else (high if step else a)
            if low == 0 and high == 6 and b < a:
                b += 7
        out |= set(range(a, b + 1, int(step or 1)))
    return out


WORDS = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}


def cron_times(line):
    if line.startswith("@every "):
        hours = int(line[7:-1])
        at, out = START, []
        while (at := at + timedelta(hours=hours)) < END:
            out.append(at)
        return out
    fields = WORDS.get(line, line).split()
    minutes, hours = values(fields[0], 0, 59), values(fields[1], 0, 23)
    doms, months, dows = values(fields[2], 1, 31), values(fields[3], 1, 12), {d % 7 for d in values(fields[4], 0, 6)}
    free = fields[2][0] in "*?" or fields[4][0] in "*?"

    def comes(day):
        dom, dow = day.day in doms, day.isoweekday() % 7 in dows
        return day.month in months and ((dom and dow) if free else (dom or dow))

    out = set()
    if fields[1][0] in "*?":  # time as it passes
        at = START + timedelta(minutes=1)
        while at < END:
            if at.minute in minutes:
                local = at.astimezone(ZONE)
                if local.hour in hours and comes(local.date()):
                    out.add(at)
            at += timedelta(minutes=1)
        return out
    day = date(2026, 11, 28)
    while day < date(2028, 12, 3):
        if comes(day):
            for h in hours:
                for m in minutes:
                    out.add(instant(datetime(day.year, day.month, day.day, h, m)))
        day += DAY
    return out


def schedules():
    def rule(pattern, time="09:00", begin="2026-12-01", **more):
        return {"kind": "rule", "rule": {"pattern": pattern, "time": time, "from": begin, **more}}

    for time in "00:00 00:30 01:59 02:00 02:30 02:59 03:00 09:00 23:59".split():
        yield rule("daily", time)
    for off in "weekends serbia france eu closed closed_school closed_business".split():
        for then in ("", "before", "after"):
            more = {"then": then} if then else {}
            yield rule("daily", "08:15", days_off=[off], **more)
            yield rule("month_day", day=[1, 15, 31][len(off) % 3], days_off=[off], **more)
    for d in range(7):
        yield rule("weekly", "02:30", weekdays=[d])
        yield rule("weekly", "10:45", "2026-11-04", weekdays=[d], interval=d + 2)
    yield rule("weekly", weekdays=[1, 2, 3, 4, 5])
    yield rule("weekly", weekdays=[1, 2, 3, 4, 5], days_off=["closed", "serbia"])
    yield rule("weekly", "17:00", weekdays=[0, 6], days_off=["serbia"], then="after")
    yield rule("weekly", weekdays=[1, 3, 5], interval=2, until="2027-12-31")
    yield rule("weekly", "02:15", "2027-03-08", weekdays=[0], interval=3, count=20)
    yield rule("weekly", begin="2026-12-03", weekdays=[1, 4], interval=2, count=7)
    yield rule("weekly", begin="2020-02-29", weekdays=[6], interval=52)
    yield rule("weekly", weekdays=[2], months=[2, 3, 10])
    for day in (1, 2, 15, 28, 29, 30, 31, -1):
        yield rule("month_day", day=day)
        yield rule("month_day", "02:30", day=day, months=[2, 3, 10])
    yield rule("month_day", day=29, months=[2])
    yield rule("month_day", day=29, months=[2], days_off=["weekends"], then="before")
    yield rule("month_day", day=15, months=[1, 4, 7, 10])
    yield rule("month_day", day=-1, months=[3, 6, 9, 12], days_off=["serbia", "weekends"], then="before")
    yield rule("month_day", day=1, months=[1], days_off=["serbia"], then="after")
    yield rule("month_day", day=1, months=[1], days_off=["serbia"], then="before")
    yield rule("month_day", "12:00", "2025-05-31", day=31, count=20)
    yield rule("month_day", day=2, days_off=["serbia", "weekends"], then="after", until="2028-05-03")
    yield rule("month_day", day=10, days_off=["closed", "closed_school", "weekends"], then="before", count=9)
    for nth in (1, 2, 3, 4, -1):
        for d in range(7):
            yield rule("nth_weekday", "02:30" if d == 0 else "09:30", nth=nth, weekdays=[d])
    yield rule("nth_weekday", nth=1, weekdays=[1], days_off=["serbia"], then="after")
    yield rule("nth_weekday", nth=1, weekdays=[5], days_off=["eu", "france", "serbia"], then="before")
    yield rule("nth_weekday", nth=-1, weekdays=[3], months=[3, 6, 9, 12])
    yield rule("nth_weekday", nth=-1, weekdays=[0], months=[3, 10], time="02:59")
    yield rule("nth_weekday", nth=2, weekdays=[2], count=5)
    yield rule("nth_weekday", nth=4, weekdays=[4], until="2028-02-29")
    for off in ([], ["serbia"], ["france"], ["eu"], ["closed"], ["closed", "closed_school", "serbia"]):
        for nth in (1, -1):
            more = {"days_off": off} if off else {}
            yield rule("working_day", nth=nth, **more)
    yield rule("working_day", nth=-1, months=[3, 6, 9, 12], days_off=["serbia"])
    yield rule("working_day", nth=1, months=[1, 4, 7, 10], days_off=["serbia"])
    yield rule("working_day", "23:30", nth=-1, days_off=["eu"], count=10)
    yield rule("working_day", nth=1, until="2027-05-31", days_off=["serbia"])
    yield rule("daily", count=1000, begin="2026-01-01")
    yield rule("daily", "02:30", begin="2027-03-27", until="2027-03-29")
    yield rule("daily", "02:30", begin="2028-10-28", count=3)
    for line in """0 9 * * *|30 2 * * *|0 2 * * *|0,30 2,3 * * *|15 2 * * 0|15 2 * * 7|0 9 * * 7|0 9 * * 5-7|0 9 * * MON-FRI|0 9 * * FRI-SUN|0 9 * * 1,7|0 9 1 * *|0 9 29 2 *|0 9 31 * *
0 9 13 * 5|0 9 */2 * *|0 9 * */3 *|0 9 1-7 * *|0 9 1,15 * 1|*/20 8-9 * * *|5 4 * * sun|0 12 1 JAN,JUL *|59 23 31 12 *|30 1-3 * 3,10 0|0 8/6 * * *|10-50/20 9 * * 3|@daily|@weekly|@monthly|@yearly|@hourly
0 * * * *|30 * * 3 0|*/30 * * 10 *|0 */6 * * *|@every 36h|@every 7h|0 9 ? * 1""".replace("\n", "|").split("|"):
        yield {"kind": "cron", "cron": line.upper() if line[0] != "@" else line}
    yield {"kind": "at", "wall": "2027-03-28T02:30"}
    yield {"kind": "at", "wall": "2027-10-31T02:30"}
    yield {"kind": "at", "wall": "2027-10-31T02:30", "second": True}
    yield {"kind": "at", "wall": "2028-02-29T09:00"}


def times(schedule):
    if schedule["kind"] == "rule":
        hour, minute = map(int, schedule["rule"]["time"].split(":"))
        out = [instant(datetime(d.year, d.month, d.day, hour, minute)) for d in rule_days(schedule["rule"])]
    elif schedule["kind"] == "cron":
        out = cron_times(schedule["cron"])
    else:
        out = [instant(datetime.fromisoformat(schedule["wall"])) + timedelta(hours=schedule.get("second", False))]
    return [t.strftime("%Y-%m-%dT%H:%MZ") for t in sorted(set(out)) if START < t < END]


print("# Made by two_years.py. The first line is the closing days; each other one a schedule, how often it is due, and when: all times, or a SHA-256 of them where they are many.")
print(json.dumps(CLOSINGS))
every = list(schedules())
assert len(every) == 200
assert len({json.dumps(s) for s in every}) == len(every), "a schedule stands twice"
for s in every:
    due = times(s)
    said = " ".join(due) if len(due) <= 60 else hashlib.sha256(" ".join(due).encode()).hexdigest()
    print(json.dumps(s), len(due), said, sep="\t")

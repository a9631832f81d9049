// Writes holidays.json beside it: the public holidays of Serbia and France as date-holidays has them, to compare ours with.
// npm install date-holidays@3.37.0 && node holidays.mjs. Its data is CC BY 3.0, https://github.com/commenthol/date-holidays.
import Holidays from "date-holidays";
import { writeFileSync } from "node:fs";

const out = {};
for (const [name, country] of [["serbia", "RS"], ["france", "FR"]]) {
  const days = new Set();
  for (let year = 2024; year <= 2040; year++) {
    for (const h of new Holidays(country).getHolidays(year)) {
      if (h.type === "public") days.add(h.date.slice(0, 10));
    }
  }
  out[name] = [...days].sort();
}
writeFileSync(new URL("holidays.json", import.meta.url), JSON.stringify(out, null, 1) + "\n");

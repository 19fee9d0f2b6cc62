// Writes the tables icu-*.txt from the calendars of ICU, which Node carries:
//
//	cd sla/worktime/testdata && node icu.js
//
// A line is a year, the Gregorian date on which it begins, and the lengths of
// its months in days.
"use strict";
const fs = require("fs");
const day = 24 * 3600 * 1000;

function table(file, calendar, from, to) {
  const format = new Intl.DateTimeFormat("en-u-ca-" + calendar, {
    timeZone: "UTC", year: "numeric", month: "long", day: "numeric",
  });
  const read = (t) => {
    const part = {};
    for (const { type, value } of format.formatToParts(t)) part[type] = value;
    return { year: Number(part.year ?? part.relatedYear), month: part.month, day: Number(part.day) };
  };
  const lines = [`# ICU ${process.versions.icu}, ${calendar}; see icu.js`];
  let year = null, month = null;
  for (let t = Date.UTC(from, 0, 1); t < Date.UTC(to + 1, 0, 1); t += day) {
    const d = read(t);
    if (d.day === 1) {
      if (month) year?.lengths.push((t - month) / day);
      month = t;
      if (d.year !== year?.number) {
        if (year?.begins) lines.push([year.number, year.begins, ...year.lengths].join(" "));
        // The year in which the scan starts lacks its first months.
        year = { number: d.year, lengths: [], begins: year && new Date(t).toISOString().slice(0, 10) };
      }
    }
  }
  fs.writeFileSync(file, lines.join("\n") + "\n");
}

table("icu-hebrew.txt", "hebrew", 1899, 2252);
table("icu-persian.txt", "persian", 1898, 2124);
table("icu-islamic-civil.txt", "islamic-civil", 1899, 2252);
// Before 1420 ICU extends the rule of today, where Saudi Arabia printed other
// dates; from 1451 on the published forecasts differ.
table("icu-islamic-umalqura.txt", "islamic-umalqura", 1999, 2029);

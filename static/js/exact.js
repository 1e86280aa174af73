/* Exact money: decimals as BigInt and a scale, rounded half up, the way the server does it. No floats anywhere. */
"use strict";

globalThis.exact = (() => {
  const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)$/;

  /** "1 234,50" → {units: 123450n, scale: 2}; null for what is no number. The last comma or dot is the decimal one. */
  function parse(text) {
    let plain = String(text).replace(/[\s\u00a0\u202f'’]/g, "");
    const comma = plain.lastIndexOf(",");
    const dot = plain.lastIndexOf(".");
    if (comma >= 0 && dot >= 0) plain = plain.replaceAll(comma > dot ? "." : ",", "");
    plain = plain.replace(",", ".");
    if (!DECIMAL.test(plain)) return null;
    const [whole, fraction = ""] = plain.replace("+", "").split(".");
    const negative = whole.startsWith("-");
    const units = BigInt(whole.replace("-", "") + fraction || "0");
    return { units: negative ? -units : units, scale: fraction.length };
  }

  const times = (a, b) => ({ units: a.units * b.units, scale: a.scale + b.scale });

  /** Cents of a decimal, half away from zero. */
  function cents(value) {
    if (value.scale <= 2) return value.units * 10n ** BigInt(2 - value.scale);
    const step = 10n ** BigInt(value.scale - 2);
    const size = value.units < 0n ? -value.units : value.units;
    const rounded = (size * 2n + step) / (step * 2n);
    return value.units < 0n ? -rounded : rounded;
  }

  /** A percent of an amount in cents, in cents. */
  function percentOf(amount, percent) {
    return cents({ units: amount * percent.units, scale: percent.scale + 4 });
  }

  /** What a line costs before VAT, in cents. */
  function lineNet(quantity, unitPrice, discount) {
    const left = { units: 100n * 10n ** BigInt(discount.scale) - discount.units, scale: discount.scale + 2 };
    return cents(times(times(quantity, unitPrice), left));
  }

  /** Lines of {quantity, unitPrice, discount, rate} (rate null = no VAT) → net, VAT, total and VAT groups, in cents. */
  function totals(lines) {
    const groups = new Map();
    for (const line of lines) {
      const key = line.rate === null ? "" : String(cents(line.rate));
      const group = groups.get(key) ?? { key, rate: line.rate, base: 0n };
      group.base += lineNet(line.quantity, line.unitPrice, line.discount);
      groups.set(key, group);
    }
    const sorted = [...groups.values()].sort((a, b) => (a.key === "") - (b.key === "") || Number(b.key) - Number(a.key));
    for (const group of sorted) group.vat = group.rate === null ? 0n : percentOf(group.base, group.rate);
    const net = sorted.reduce((sum, group) => sum + group.base, 0n);
    const vat = sorted.reduce((sum, group) => sum + group.vat, 0n);
    return { net, vat, total: net + vat, groups: sorted };
  }

  /** Cents as the reader writes money. The whole part and the cents are formatted apart, so nothing passes a float. */
  function money(amount, currency, language) {
    const size = amount < 0n ? -amount : amount;
    const locale = language.startsWith("bg") ? "bg-BG" : "en-GB";
    const format = new Intl.NumberFormat(locale, {
      style: "currency", currency, useGrouping: "always", minimumFractionDigits: 2, maximumFractionDigits: 2,
    });
    const fraction = String(size % 100n).padStart(2, "0");
    const parts = format.formatToParts(size / 100n).map((part) => (part.type === "fraction" ? fraction : part.value));
    return (amount < 0n ? "-" : "") + parts.join("");
  }

  return { parse, cents, lineNet, totals, money };
})();

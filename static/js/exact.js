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

  const sum = (amounts) => amounts.reduce((all, amount) => all + amount, 0n);

  /** What of a price with VAT is left without it. */
  function netOf(gross, rate) {
    if (rate === null) return gross;
    const one = 10n ** BigInt(rate.scale);
    return divide(gross * 100n * one, 100n * one + rate.units);
  }

  /** A quotient, half away from zero; the divisor is positive. */
  function divide(amount, by) {
    const size = amount < 0n ? -amount : amount;
    const rounded = (size * 2n + by) / (by * 2n);
    return amount < 0n ? -rounded : rounded;
  }

  /** An amount shared in proportion to weights, no cent lost: the largest remainders take what is left over. */
  function spread(amount, weights) {
    const whole = sum(weights);
    const shares = weights.map((weight) => divide(amount * weight, whole));
    const missing = amount - sum(shares);
    const step = missing > 0n ? 1n : -1n;
    const wronged = (place) => (shares[place] * whole - amount * weights[place]) * step;
    const order = shares.map((_share, place) => [place, wronged(place)]);
    order.sort(([, one], [, other]) => (one < other ? -1 : one > other ? 1 : 0));
    for (let turn = 0; BigInt(turn) < missing * step; turn++) shares[order[turn % order.length][0]] += step;
    return shares;
  }

  /** Lines of {quantity, unitPrice, discount, rate (null = no VAT), code, isDeduction} → net, VAT, total, discount
      and VAT groups, in cents. `pricing`: `withVat`, `percent` and `amount` (cents) off everything, and for a credit
      note what `remains` of its invoice by group: {key: {base, vat}}. */
  function totals(lines, pricing = {}) {
    const groups = new Map();
    for (const line of lines) {
      const key = `${line.rate === null ? "" : cents(line.rate)}:${line.code ?? ""}`;
      const group = groups.get(key) ?? { key, rate: line.rate, code: line.code ?? "", priced: 0n, reducible: 0n };
      const amount = lineNet(line.quantity, line.unitPrice, line.discount);
      group.priced += amount;
      if (!line.isDeduction) group.reducible += amount;
      groups.set(key, group);
    }
    takeOff([...groups.values()], pricing);
    const sorted = [...groups.values()].sort(byFallingRate);
    for (const group of sorted) charge(group, pricing);
    const [net, vat] = [sum(sorted.map((group) => group.base)), sum(sorted.map((group) => group.vat))];
    return { net, vat, total: net + vat, discount: sum(sorted.map((group) => group.discount)), groups: sorted };
  }

  function byFallingRate(one, other) {
    if ((one.rate === null) !== (other.rate === null)) return one.rate === null ? 1 : -1;
    const [a, b] = [one, other].map((group) => (group.rate === null ? 0n : cents(group.rate)));
    if (a !== b) return a > b ? -1 : 1;
    return one.code < other.code ? -1 : one.code > other.code ? 1 : 0;
  }

  function takeOff(groups, { percent, amount }) {
    const all = sum(groups.map((group) => group.reducible));
    const wanted = amount || (percent ? percentOf(all, percent) : 0n);
    const off = wanted < all ? wanted : all;
    const weights = groups.map((group) => (group.reducible > 0n ? group.reducible : 0n));
    const shares = off > 0n ? spread(off, weights) : groups.map(() => 0n);
    groups.forEach((group, place) => (group.off = shares[place]));
  }

  function charge(group, { withVat, remains }) {
    const priced = group.priced - group.off;
    group.base = withVat ? netOf(priced, group.rate) : priced;
    group.vat = withVat ? priced - group.base : group.rate === null ? 0n : percentOf(priced, group.rate);
    group.discount = withVat ? netOf(group.priced, group.rate) - group.base : group.off;
    const left = remains?.[group.key];
    if (left) settle(group, left, withVat);
  }

  /** A note that takes the rest of its invoice takes the odd cent too. */
  function settle(group, left, withVat) {
    const gross = group.base + group.vat;
    if (withVat && gross <= left.base + left.vat) {
      const least = gross - left.base;
      const wanted = group.vat > least ? group.vat : least;
      group.vat = wanted < left.vat ? wanted : left.vat;
      group.base = gross - group.vat;
    } else if (!withVat && (group.base === left.base || (group.base < left.base && group.vat > left.vat))) {
      group.vat = left.vat;
    }
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

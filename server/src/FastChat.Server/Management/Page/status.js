'use strict';

const number = (digits) => (value) => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? digits : 0 });
const mebibytes = (value) => number(1)(value / 1048576);
const kibibytes = (value) => number(1)(value / 1024);

/** Each chart: its title, its unit, one or two members of a sample, and how their values are written. */
const charts = [
  { title: 'Connections', unit: 'open', members: ['connections'], write: number(0) },
  { title: 'Users here', unit: 'online', members: ['online'], write: number(0) },
  { title: 'Messages', unit: 'a second', members: ['messages_per_second'], write: number(1) },
  { title: 'Acknowledgement', unit: 'ms, p99', members: ['ack_p99', 'ack_p50'], write: number(1) },
  { title: 'Delivery', unit: 'ms, p99', members: ['delivery_p99', 'delivery_p50'], write: number(1) },
  { title: 'Database', unit: 'ms, p99', members: ['database_p99', 'database_p50'], write: number(1) },
  { title: 'Bus', unit: 'ms, p99', members: ['bus_p99'], write: number(1) },
  { title: 'Processors', unit: 'in use', members: ['cpu'], write: number(2) },
  { title: 'Memory', unit: 'MiB', members: ['memory'], write: mebibytes },
  { title: 'Garbage collection', unit: 'ms a second', members: ['gc_pause'], write: number(1) },
  { title: 'Waiting to go out', unit: 'KiB', members: ['outbound'], write: kibibytes },
  { title: 'Refusals', unit: 'a second', members: ['refusals_per_second'], write: number(1) },
];

const width = 300;
const height = 64;
const shown = 300;
const byId = (id) => document.getElementById(id);

function make(parent, name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  parent.append(element);
  return element;
}

function makeSvg(parent, name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

function build(chart) {
  const card = make(byId('charts'), 'article');
  make(card, 'h2', chart.title);
  const line = make(card, 'p', undefined, 'value');
  chart.value = make(line, 'span', '–');
  make(line, 'span', chart.unit, 'unit');
  chart.svg = makeSvg(card, 'svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' });
  const legend = make(card, 'p', undefined, 'legend');
  chart.keys = make(legend, 'span');
  if (chart.members.length > 1) {
    make(chart.keys, 'b', 'p99', 'key1');
    chart.keys.append(' and ');
    make(chart.keys, 'b', 'p50', 'key2');
  } else {
    chart.keys.textContent = '10 min';
  }
  chart.most = make(legend, 'span', '');
}

/** A path through all samples that have a value, broken where there is none. */
function path(samples, member, top) {
  let d = '';
  let isOn = false;
  samples.forEach((sample, i) => {
    const value = sample[member];
    if (value === null) {
      isOn = false;
      return;
    }
    const x = width - ((samples.length - 1 - i) * width) / (shown - 1);
    const y = height - 2 - ((height - 6) * value) / top;
    d += `${isOn ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    if (!isOn) d += `L${(x + 0.01).toFixed(2)} ${y.toFixed(1)}`;
    isOn = true;
  });
  return d;
}

function draw(chart, samples) {
  const [first, second] = chart.members;
  const values = samples.map((sample) => sample[first]).filter((value) => value !== null);
  const last = values.at(-1);
  const most = Math.max(0, ...values);
  const top = most || 1;
  chart.value.textContent = last === undefined ? '–' : chart.write(last);
  chart.most.textContent = last === undefined ? 'nothing measured' : `at most ${chart.write(most)}`;
  chart.svg.setAttribute('aria-label', `${chart.title}: ${chart.value.textContent} ${chart.unit}, ${chart.most.textContent}`);
  chart.svg.replaceChildren();
  makeSvg(chart.svg, 'line', { x1: 0, x2: width, y1: height - 1, y2: height - 1, class: 'base' });
  if (samples.length > 1 && samples.every((sample) => sample[first] !== null)) {
    const left = width - ((samples.length - 1) * width) / (shown - 1);
    makeSvg(chart.svg, 'path', { d: `${path(samples, first, top)}L${width} ${height}L${left.toFixed(1)} ${height}Z`, class: 'area' });
  }
  if (second) makeSvg(chart.svg, 'path', { d: path(samples, second, top), class: 'second' });
  makeSvg(chart.svg, 'path', { d: path(samples, first, top), class: 'first' });
}

function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

function say(text, isGood) {
  byId('state').textContent = text;
  byId('state').className = `pill ${isGood ? 'good' : 'bad'}`;
  document.body.classList.toggle('stale', text === 'no answer');
}

async function refresh() {
  try {
    const answer = await fetch('status', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const status = await answer.json();
    say(status.not_ready ? `not ready: ${status.not_ready}` : 'ready', !status.not_ready);
    byId('node').textContent = `${status.host} · ${status.node_id.slice(-8)}`;
    byId('node').title = status.node_id;
    byId('version').textContent = status.version;
    byId('uptime').textContent = span(status.uptime_seconds);
    document.title = `${status.host} – FastChat status`;
    for (const chart of charts) draw(chart, status.samples);
  } catch {
    say('no answer', false);
  } finally {
    setTimeout(refresh, 2000);
  }
}

charts.forEach(build);
void refresh();

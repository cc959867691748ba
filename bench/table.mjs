// Makes the tables of a `bin/bench`: medians over the runs, and ratios to the relay that ran in turn with each. Argument: the file of JSON lines.
import { readFileSync } from 'node:fs';

const MESSAGES = [
  ['messages/s', (f) => f.messages_per_s],
  ['ack p50 ms', (f) => f.ack_p50_ms],
  ['p95', (f) => f.ack_p95_ms],
  ['p99', (f) => f.ack_p99_ms],
  ['max', (f) => f.ack_max_ms],
  ['delivery p50 ms', (f) => f.delivery_p50_ms],
  ['p99', (f) => f.delivery_p99_ms],
  ['server CPU µs', (f) => f.server_us],
  ['database CPU µs', (f) => f.database_us],
  ["CPU ÷ relay's", (f, relay) => (f.server_us + f.database_us) / (relay?.server_us + relay?.database_us)],
  ['server MiB', (f) => f.server_mib],
  ['database MiB', (f) => f.database_mib],
  ['load CPU µs', (f) => f.load_us],
  ['wrong', (f) => f.refused + f.unanswered + f.undelivered + f.doubled + f.out_of_order + f.unknown],
];
const IDLE = [
  ['connects/s', (f) => f.connects_per_s],
  ["connects/s ÷ relay's", (f, relay) => f.connects_per_s / relay?.connects_per_s],
  ['server CPU µs a connect', (f) => f.connect_server_us],
  ['database CPU µs', (f) => f.connect_database_us],
  ['KiB each', (f) => f.resident_kib],
  ['of it private', (f) => f.private_kib],
  ['KiB each above a fresh server', (f) => f.resident_above_fresh_kib],
  ['of it private', (f) => f.private_above_fresh_kib],
  ['server MiB', (f) => f.server_mib],
  ['CPU s while idle', (f) => f.server_cpu_s + f.database_cpu_s],
];
const PRESENCE = [
  ['users', (f) => f.connected],
  ['presence frames a client', (f) => f.presence_frames_a_client],
  ['entries a client', (f) => f.presence_entries_a_client],
  ['KiB a client', (f) => f.presence_kib_a_client],
  ['server CPU s', (f) => f.server_cpu_s],
  ['database CPU s', (f) => f.database_cpu_s],
  ['server MiB', (f) => f.server_mib],
];
const COLUMNS = { idle: IDLE, presence: PRESENCE };

const median = (values) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const text = (value) => (Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : String(Math.round(value * 100) / 100)) : '–');

const runs = readFileSync(process.argv[2], 'utf8').trim().split('\n').filter(Boolean).map(JSON.parse);
const scenarios = group(runs, scenarioOf);
for (const [scenario, all] of scenarios) {
  const columns = COLUMNS[scenario] ?? MESSAGES;
  const servers = group(all, (run) => run.label.split(' on ')[1]);
  const relays = servers.get('relay') ?? [];
  console.log(`\n${scenario}, median of ${Math.max(...[...servers.values()].map((those) => those.length))}\n`);
  console.log(`| server | ${columns.map(([name]) => name).join(' | ')} |\n| --- |${' --- |'.repeat(columns.length)}`);
  for (const [server, those] of servers) {
    const cells = columns.map(([, figure]) => text(median(those.map((run, i) => figure(run.figures, relays[i]?.figures)))));
    console.log(`| ${server} | ${cells.join(' | ')} |`);
  }
}

function scenarioOf(run) {
  return run.label.split(' on ')[0];
}

function group(list, keyOf) {
  const groups = new Map();
  for (const one of list) {
    const key = keyOf(one);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

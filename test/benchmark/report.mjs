/** The results as Markdown, with the target beside each figure. */
import { SESSION_BYTES } from './apps/data.mjs';
import { PARALLEL } from './behaviours.mjs';
import { behaviourRows } from './behaviour-rows.mjs';
import { guardTargets } from './guard.mjs';
import { AGAINST, NAMES, NOT_MEASURED, PLATFORMS, spread, table, user, verdict } from './markdown.mjs';
import { median } from './ratios.mjs';
import { roundTripTable, roundTripTargets } from './round-trips.mjs';
import { sealedTable, sealedTargets } from './sealed.mjs';
import { ROUTES, ratio } from './speed.mjs';
import { storeReadTable, storeReadTargets } from './store-reads.mjs';
import { writersTable, writersTargets } from './writers.mjs';
import { exactTargets, pipelinedRows, speedTargets } from './targets.mjs';

const FIGURES = [
  {
    title: 'requests/s, median of the rounds; ratio to the baseline of the same round (least–greatest)',
    figure: ({ rate }) => rate,
    show: (value) => Math.round(value).toLocaleString('en'),
  },
  {
    title:
      "the server's processor time a request, µs; ratio to the baseline (less is better, and other work on the machine matters less)",
    figure: ({ cpu }) => cpu,
    show: (value) => value.toFixed(1),
  },
];

function speedTable({ speed, applications }, platform, { title, figure, show }) {
  const rates = speed[platform];
  const heads = ['application', ...ROUTES.flatMap((route) => [NAMES[route], `against ${AGAINST[route]}`])];
  const rows = applications
    .filter(({ platforms }) => platforms.includes(platform))
    .map((application) => [
      application.title,
      ...ROUTES.flatMap((route) => {
        const measured = rates[route]?.[application.name];
        if (!measured) return [NOT_MEASURED, NOT_MEASURED];
        return [show(median(measured.map(figure))), spread(ratio(rates, route, application.name, figure))];
      }),
    ]);
  return { title: `${PLATFORMS[platform]}: ${title}`, text: table(heads, rows) };
}

/** The ratios of requests/s as numbers, for the plots. */
function speedsOf({ speed, applications }, platform) {
  const rates = speed[platform];
  return ROUTES.flatMap((route) =>
    applications
      .filter(({ name, platforms }) => platforms.includes(platform) && rates[route]?.[name])
      .map(({ name, title }) => ({ application: title, ...ratio(rates, route, name) }))
      .filter(({ median: middle }) => middle !== undefined)
      .map(({ application, median: middle, least, greatest }) => ({
        platform: PLATFORMS[platform],
        route: NAMES[route],
        against: AGAINST[route],
        application,
        median: middle,
        least,
        greatest,
      })),
  );
}

const targetTable = (rows) =>
  table(
    ['what', 'best peer', 'ours', 'reach', 'reached'],
    rows.map(({ what, peer, ours, reach, reached }) => [
      what,
      peer ?? NOT_MEASURED,
      ours ?? NOT_MEASURED,
      reach,
      verdict(reached),
    ]),
  );

const commandCell = ({ each, names } = { each: NOT_MEASURED, names: [] }) =>
  names.length ? `${each} (${names.join(', ')})` : String(each);

/** Every row with a target, those first that are the same on every machine. */
function allTargets(results) {
  const { roundTrips, sealed, reads, writers } = results;
  return [
    ...exactTargets(results),
    ...roundTripTargets(roundTrips),
    ...speedTargets(results),
    ...pipelinedRows(results),
    ...(writers ? writersTargets(writers) : []),
    ...guardTargets(results),
    ...(sealed ? sealedTargets(sealed) : []),
    ...(reads ? storeReadTargets(reads) : []),
  ];
}

function behaviourTable(behaviours) {
  const heads = [
    'application',
    'store',
    `keys kept of ${PARALLEL}`,
    'user after logout',
    'to one who kept the old cookie',
  ];
  const rows = behaviourRows(behaviours);
  const written = table(
    heads,
    rows.map(({ title, store, kept, browser, old }) => [title, store, kept, user(browser), user(old)]),
  );
  return rows.some(({ isStore }) => isStore === false)
    ? `${written}\n\n\`cookie\` is no store: the session is its cookie, and of parallel answers the last one stays. With revocations a logout holds.`
    : written;
}

const redisTable = (costs) =>
  table(
    ['application', ...ROUTES.map((route) => NAMES[route]), 'memory'],
    costs.map(({ application, platform, commands, memory }) => [
      `${application.title}, ${PLATFORMS[platform]}`,
      ...ROUTES.map((route) => commandCell(commands[route])),
      memory,
    ]),
  );

/**
 * @returns what `BenchmarkRun` has but for its day and commit, and the exact rows that were missed: behaviours and counts, which no slow machine excuses
 */
export function report(results) {
  const { machine, speed, behaviours, costs, roundTrips, sealed, reads, writers } = results;
  const targets = allTargets(results);
  const sections = [
    { title: '', text: targetTable(targets) },
    ...Object.keys(speed).flatMap((platform) => FIGURES.map((figure) => speedTable(results, platform, figure))),
    { title: 'Behaviour', text: behaviourTable(behaviours) },
    ...(writers
      ? [{ title: 'Writers of one session: kept / refused / writes / conflicts', text: writersTable(writers) }]
      : []),
    {
      title: `Redis: commands a request, and bytes for the ${SESSION_BYTES}-byte session`,
      text: redisTable(costs),
    },
    ...(roundTrips.length
      ? [
          {
            title: 'Round trips of a request to each server, counted on the connection',
            text: roundTripTable(roundTrips),
          },
        ]
      : []),
    ...(sealed?.ours.seal.length ? [{ title: 'Sealed cookies', text: sealedTable(sealed) }] : []),
    ...(reads ? [{ title: 'Reads of stores', text: storeReadTable(reads) }] : []),
  ];
  return {
    machine,
    sections,
    speeds: Object.keys(speed).flatMap((platform) => speedsOf(results, platform)),
    missed: targets.filter(({ exact, reached }) => exact && reached === false),
  };
}

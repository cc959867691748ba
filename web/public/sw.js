/*
 * Lets the page open without a network: the chats it shows then come from IndexedDB. It touches two things only, the page
 * itself (from the network first, so that a new version is never held back) and files under assets/, whose names change with
 * their content. Everything else - the API, the socket, health, docs - never passes through here.
 */
const cacheName = 'fastchat-page-1';
const keptAssets = 80;
const home = new URL('./', self.location.href).href;
// Where the page's files come from: beside it, or from a CDN that the page names when it registers this worker.
const assets = new URLSearchParams(self.location.search).get('assets') ?? new URL('./assets/', self.location.href).href;

// Only what reads or adds to the cache that is there: whoever signs out deletes it, and this worker lives on for as long as a tab is open.
const kept = (request) => caches.match(request, { cacheName });
const keptCache = async () => ((await caches.has(cacheName)) ? caches.open(cacheName) : null);

const keepPage = async (response) => {
  const cache = await caches.open(cacheName);
  const html = await response.clone().text();
  await cache.put(home, response);
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => new URL(match[1], home).href);
  const needed = named.filter((url) => url.startsWith(assets));
  const missing = [];
  for (const url of needed) if (!(await cache.match(url))) missing.push(url);
  await cache.addAll(missing);
};

const prune = async () => {
  const cache = await caches.open(cacheName);
  const files = (await cache.keys()).filter((request) => request.url.startsWith(assets));
  await Promise.all(files.slice(0, Math.max(0, files.length - keptAssets)).map((request) => cache.delete(request)));
};

self.addEventListener('install', (event) =>
  event.waitUntil(
    fetch(home)
      .then(keepPage)
      .then(() => self.skipWaiting()),
  ),
);

self.addEventListener('activate', (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith('fastchat-') && name !== cacheName).map((name) => caches.delete(name)),
        ),
      )
      .then(prune)
      .then(() => self.clients.claim()),
  ),
);

const page = async (event) => {
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keepPage(response.clone()).catch(() => undefined));
    return response;
  } catch (error) {
    const last = await kept(home);
    if (last) return last;
    throw error;
  }
};

const asset = async (request) => {
  const known = await kept(request);
  if (known) return known;
  const response = await fetch(request);
  if (response.ok) await (await keptCache())?.put(request, response.clone());
  return response;
};

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const { origin, pathname } = new URL(request.url);
  const isHome = request.mode === 'navigate' && origin + pathname === home;
  if (isHome) event.respondWith(page(event));
  else if (request.url.startsWith(assets)) event.respondWith(asset(request));
});

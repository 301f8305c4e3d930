import { create } from '../../lib/stores/memcached/create.js';
import { standaloneContext } from '../../lib/stores/store-context.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { describeStore } from './describe-store.js';

let servers: MemcachedServerProcess[] = [];

function open(owners: boolean): ReturnType<typeof create> {
  const addresses = servers.map(({ address }) => address);
  return create({ servers: addresses, owners, client: null }, standaloneContext);
}

async function stop(): Promise<void> {
  for (const server of servers.splice(0)) await server.stop();
}

describeStore('MemcachedStore', {
  open: () => open(false),
  lacks: ['prune', 'keys', 'owner-index'],
  start: async () => {
    servers = [await MemcachedServerProcess.start()];
  },
  stop,
});

describeStore('MemcachedStore on two servers that evict nothing', {
  open: () => open(true),
  lacks: ['prune', 'keys'],
  start: async () => {
    servers = [
      await MemcachedServerProcess.start({ args: ['-M'] }),
      await MemcachedServerProcess.start({ args: ['-M'] }),
    ];
  },
  stop,
});

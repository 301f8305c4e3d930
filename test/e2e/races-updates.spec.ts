import { expect, it } from '@jest/globals';
import { describePlaces, post } from './races-table.js';

const twenty = Array.from({ length: 20 }, (_, index) => `key${String(index)}`);

describePlaces((place) => {
  it('ASVS 15.4.2: keeps what each of twenty parallel requests adds', async () => {
    const jar = await place.visitor();
    const responses = await Promise.all(twenty.map((key) => jar.copy().fetch(`/work-and-set/${key}`, post)));

    expect(responses.map(({ status }) => status)).toEqual(twenty.map(() => 201));
    const { data } = await place.at(jar.get('session'));
    expect(Object.keys(data).sort()).toEqual([...twenty, 'seed'].sort());
  });

  it('keeps each of twenty items that are pushed to one list in parallel', async () => {
    const jar = await place.visitor();
    await Promise.all(twenty.map((item) => jar.copy().fetch(`/work-and-push/${item}`, post)));

    const { data } = await place.at(jar.get('session'));
    expect([...(data['items'] as string[])].sort()).toEqual([...twenty].sort());
  });

  it('ASVS 15.4.2: counts each of twenty parallel mutations', async () => {
    const jar = await place.visitor();
    await Promise.all(twenty.map(() => jar.copy().fetch('/work-and-count', post)));

    expect((await place.at(jar.get('session'))).data['n']).toBe(20);
  });

  it('gives all of the twenty the session that they came with, and no other', async () => {
    const jar = await place.visitor();
    const before = (await place.keys()).length;
    const jars = twenty.map(() => jar.copy());
    await Promise.all(jars.map((one, index) => one.fetch(`/work-and-set/${String(twenty[index])}`, post)));

    expect(jars.map((one) => one.get('session'))).toEqual(twenty.map(() => jar.get('session')));
    expect(await place.keys()).toHaveLength(before);
  });
});

// Asks a portal through the unmodified client of Opendatasoft and prints what
// it got, as JSON. Usage: node explore.mjs PORTAL DATASET
import { createRequire } from 'node:module';

const { ApiClient, fromCatalog, field, string, NotFoundError, UserError } =
    createRequire(import.meta.url)('@opendatasoft/api-client');
const [portal, dataset] = process.argv.slice(2);
const client = new ApiClient({ domain: portal });
const records = () => fromCatalog().dataset(dataset).records();

const failure = async (query) => {
    try {
        await client.get(query);
        return 'none';
    } catch (e) {
        return e instanceof NotFoundError ? 'NotFoundError' : e instanceof UserError ? 'UserError' : String(e);
    }
};
const text = async (query) =>
    (await new ApiClient({ domain: portal, interceptResponse: (r) => r.text() }).get(query)).trim();

const taipei = `${field('縣市')} = ${string('臺北市')}`;
const out = {
    datasets: await client.get(fromCatalog().datasets().limit(100).select('dataset_id')),
    dataset: await client.get(fromCatalog().dataset(dataset).itself()),
    all: await client.get(records().limit(1)),
    taipei: await client.get(records().where(taipei).orderBy(`-${field('人口數')}`).limit(3)),
    byCounty: await client.get(
        records().select('count(*) as n, sum(`人口數`) as people').groupBy(field('縣市')).orderBy('-n').limit(50),
    ),
    facets: await client.get(fromCatalog().dataset(dataset).facets()),
    exported: JSON.parse(await text(fromCatalog().dataset(dataset).export('json').where(taipei).select(field('村里代碼')))),
    csv: await text(fromCatalog().dataset(dataset).export('csv').where(taipei).limit(2)),
    missing: await failure(fromCatalog().dataset('no-such-dataset').itself()),
    nonsense: await failure(records().where('人口數 >')),
};
console.log(JSON.stringify(out));

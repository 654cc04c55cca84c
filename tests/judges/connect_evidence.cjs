// What Evidence does with a source: reads its connection.yaml, asks the connector for a runner and runs each file of SQL.
// usage: connect_evidence.cjs MODULES SOURCE
const fs = require('fs');
const path = require('path');

const [modules, source] = process.argv.slice(2);
const of = (name) => require(path.join(modules, 'node_modules', name));
const connector = of('@evidence-dev/duckdb');
const connection = of('yaml').parse(fs.readFileSync(path.join(source, 'connection.yaml'), 'utf8'));

(async () => {
  if (connection.type !== 'duckdb') throw new Error(`of type ${connection.type}`);
  for (const [key, option] of Object.entries(connector.options)) {
    if (option.required && !(key in connection.options)) throw new Error(`without ${key}`);
  }
  console.log(connection.name, await connector.testConnection(connection.options, source));
  const run = await connector.getRunner(connection.options, source);
  for (const file of fs.readdirSync(source).sort()) {
    const told = await run(fs.readFileSync(path.join(source, file), 'utf8'), path.join(source, file), 1000);
    if (!told) continue;
    for await (const rows of told.rows()) console.log(file, JSON.stringify(rows));
    console.log(file, told.columnTypes.map((column) => `${column.name} ${column.evidenceType}`).join(', '));
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});

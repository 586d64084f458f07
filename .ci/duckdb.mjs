// duckdb -csv -noheader < FILE.sql, for machines that have DuckDB only as the npm
// package @duckdb/node-api, in the folder DUCKDB_HOME.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { DuckDBInstance } = createRequire(process.env.DUCKDB_HOME + "/")("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:")).connect();
const rows = (await connection.runAndReadAll(readFileSync(0, "utf8"))).getRows();
for (const row of rows) console.log(row.join(","));

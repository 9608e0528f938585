// A day at a till: customers are enrolled, earn, pay with points, bring something back. The client's types are made of the
// node's description (npm run in run.sh); what the description doesn't say doesn't compile.
//
//   NODE=https://… KEY=tally_… node build/till.js CUSTOMERS
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const { NODE, KEY } = process.env;
if (!NODE || !KEY) throw new Error("want NODE and KEY");
const node = createClient<paths>({ baseUrl: NODE, headers: { Authorization: `Bearer ${KEY}` } });

/** insist asks under one Idempotency-Key until the answer is final. */
async function insist<T>(what: string, ask: () => Promise<{ data?: T; error?: { code: string; detail: string; retry: boolean; effect: string } }>): Promise<T> {
  for (let wait = 50; ; wait = Math.min(2 * wait, 2000)) {
    const { data, error } = await ask();
    if (data !== undefined) return data;
    if (!error || (!error.retry && error.effect === "none")) throw new Error(`${what}: ${error?.code} ${error?.detail}`);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

const customers = Number(process.argv[2] ?? 3);
let taken = 0;
let back = 0;
for (let i = 0; i < customers; i++) {
  const customer = `ts-${i}`;
  const key = (step: string) => ({ "Idempotency-Key": `till-${customer}-${step}` });
  const enrolled = await insist("enrol", () =>
    node.POST("/v1/members", { params: { header: key("enrol") }, body: { channel: "till", customer } }));
  const member = enrolled.member;
  await insist("give", () =>
    node.POST("/v1/lots", { params: { header: key("give") },
      body: { programme: "DP", grants: [{ member, amount: 2000, expires: "2029-12-31" }] } }));
  const redeemed = await insist("redeem", () =>
    node.POST("/v1/redemptions", { params: { header: key("redeem") },
      body: { member, take: [{ programme: "DP", points: 1800 }], for: 900 } }));
  taken += 1800;
  const again = await insist("redeem again", () =>
    node.POST("/v1/redemptions", { params: { header: key("redeem") },
      body: { member, take: [{ programme: "DP", points: 1800 }], for: 900 } }));
  if (again.number !== redeemed.number) throw new Error(`asked again, it is ${again.number}, not ${redeemed.number}`);
  await insist("refund", () =>
    node.POST("/v1/holds/{hold}/refunds", { params: { header: key("refund"), path: { hold: redeemed.hold } },
      body: { capture: redeemed.number, points: 900, reason: "goods_returned" } }));
  back += 900;
  const wallet = await insist("wallet", () =>
    node.GET("/v1/members/{member}/wallet", { params: { path: { member } } }));
  const free = wallet.lots.reduce((sum, lot) => sum + lot.issued - lot.placed - lot.transferred - lot.converted - lot.expired - lot.revoked, 0);
  if (free !== 2000 - 1800 + 900) throw new Error(`${member} has ${free} points`);
}
const other = await node.POST("/v1/redemptions", { params: { header: { "Idempotency-Key": "till-ts-0-redeem" } },
  body: { member: "nobody", take: [{ programme: "DP", points: 1 }], for: 900 } });
if (other.response.status !== 422) throw new Error(`another request under a key: ${other.response.status}`);
console.log(`${customers} customers, ${taken} points taken, ${back} given back`);

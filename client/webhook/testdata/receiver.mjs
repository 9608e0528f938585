// receiver.mjs PORT SECRET: a receiver of webhooks as an ERP system has one, with npm's standardwebhooks. It says of each
// message that passes whether it refuses it altered, and later.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const [port, secret] = process.argv.slice(2);
const webhook = new Webhook(secret);

function refuses(body, headers) {
  try {
    webhook.verify(body, headers);
    return false;
  } catch {
    return true;
  }
}

createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    const headers = request.headers;
    if (refuses(body, headers)) {
      response.writeHead(400).end();
      return;
    }
    const late = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 600) };
    console.log(JSON.stringify({
      id: JSON.parse(body).id,
      altered: refuses(body.replace("points", "pionts") + " ", headers),
      later: refuses(body, late),
    }));
    response.writeHead(204).end();
  });
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));

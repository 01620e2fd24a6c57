/** What `docs/reports.md` says of the parts of requests. */
export const REQUEST_PARTS_EXPLAINED = `### Where the time of requests goes

The time of a request, from when its client wants to send it until the client has the answer, is a sum. The rows of
\`request_part_seconds\` say for each verb and resource what all requests together spent on each part (\`name\`,
\`total_seconds\`); what nobody had to spend has no row. Each attempt counts by itself where a request was sent again.

| part | what it is | set by |
|---|---|---|
| \`rate limiter\` | waits for a token of its client | \`clientLimits\` |
| \`network\` | there and back, and connecting where it has to | \`parameters.network.clientToApiServer\` |
| \`queue\` | waits for seats at its server (priority and fairness) | what else is under way there, \`objectBytes\` for lists |
| \`work\` | decoding, validation and all else that the server does; what it stands still while it is frozen | \`parameters.apiServer.read\`, \`write\`, \`list\` |
| \`admission\` | admission of a write by the server's own plugins | \`admissionShare\` of \`write\` |
| \`webhooks\` | what admission webhooks add | \`parameters.apiServer.webhooks\` |
| \`etcd\` | the transaction of a write, what a read waits for etcd while that is in trouble | \`parameters.etcd\` |
| \`encode\` | encoding the answer, by its size | \`encodePerKilobyte\` of \`objectBytes\`, of a list once an object |

\`apiserver_request_duration_seconds\` are the same requests from their arrival at the server until the answer leaves it: all
parts but the first two.`;

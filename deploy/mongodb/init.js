// Run once by mongosh on the first member, over its own loopback address: MongoDB's localhost exception holds only until there is a user.
// Makes the replica set and the user that `govcrawl admin init` works as; run again it changes nothing.
const { readFileSync } = require('fs');
const password = readFileSync('/run/secrets/mongodb_owner', 'utf8').trim();
const members = ['mongodb1', 'mongodb2', 'mongodb3'].map((name, n) => ({ _id: n, host: `${name}:27017`, priority: n ? 1 : 2 }));

try {
  rs.initiate({ _id: 'rs0', members });
} catch (error) {
  if (!['AlreadyInitialized', 'Unauthorized'].includes(error.codeName)) throw error;
}
for (let n = 0; !db.hello().isWritablePrimary; n++) {
  if (n > 120) throw new Error('mongodb1 did not become the primary');
  sleep(1000);
}
try {
  db.getSiblingDB('admin').createUser({ user: 'govcrawl_owner', pwd: password, roles: [{ role: 'dbOwner', db: 'govcrawl' }] });
} catch (error) {
  if (!['Unauthorized', 'Location51003'].includes(error.codeName) && error.code !== 51003) throw error;
}
print('mongodb is ready');

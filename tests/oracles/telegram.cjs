// A Telegram server by others (npm telegram-test-api) on a free port of 127.0.0.1. It says the port
// on its first line and ends when its standard input does, so that it never outlives its test.
'use strict';
const TelegramServer = require('telegram-test-api');

const server = new TelegramServer({ host: '127.0.0.1' });
server.config.port = 0; // its constructor takes 0 for "the usual one"
server.start().then(() => process.stdout.write(`${server.server.address().port}\n`));
process.stdin.resume().on('end', () => process.exit(0));

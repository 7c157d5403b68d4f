import { eventStreams } from 'oriel/channels/sse-server';

eventStreams({ allowOrigins: [], authorize: () => ({ expires: new Date() }) }); // error

// The article's handler as one would write it today: version 3 of the SDK loads only the client that is used.
const { FirehoseClient, PutRecordCommand } = require('@aws-sdk/client-firehose');

const firehose = new FirehoseClient({});

module.exports.track = async (e) => {
  try {
    await firehose.send(new PutRecordCommand({
      DeliveryStreamName: process.env.KINESIS_FIREHOSE_STREAM_NAME,
      Record: { Data: Buffer.from(e.body) },
    }));
    return { statusCode: 204 };
  } catch (err) {
    console.log(JSON.stringify(err, null, 2));
    return { statusCode: 500, body: err.message };
  }
};

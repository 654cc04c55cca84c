// The article's handler, unchanged but for its comments.
const AWS = require('aws-sdk');

const firehose = new AWS.Firehose();

module.exports.track = (e, ctx, cb) => {
  const params = {
    DeliveryStreamName: process.env.KINESIS_FIREHOSE_STREAM_NAME,
    Record: {
      Data: e.body,
    },
  };
  firehose.putRecord(params).promise()
    .then(() => {
      cb(null, {
        statusCode: 204,
      });
    }).catch((err) => {
      console.log(JSON.stringify(err, null, 2));
      cb(null, {
        statusCode: 500,
        body: err.message,
      });
    });
};

/** The anchor of a start: one connection, the same exchanges, queues, bindings and consumers, one call after the other. */
import { connect } from 'amqplib';
import { nodeTopology } from '../../app/main/core/protocol/bus/topology.js';

const connection = await connect(process.argv[2] ?? '');
const channel = await connection.createChannel();
const topology = nodeTopology(`bare.${process.pid}`, { joinVaultQueue: false });
for (const exchange of topology.exchanges)
  await channel.assertExchange(exchange.name, exchange.type, { durable: exchange.durable });
for (const { name, durable, autoDelete, exclusive, arguments: args } of topology.queues) {
  await channel.assertQueue(name, { durable, autoDelete, exclusive, arguments: args });
}
for (const { queue, exchange, routingKey } of topology.bindings)
  await channel.bindQueue(queue, exchange, routingKey);
for (const { name } of topology.queues) await channel.consume(name, () => undefined, { noAck: true });
process.stderr.write('bus live\n', () => process.exit(0));

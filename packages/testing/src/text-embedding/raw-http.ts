import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** Sends exactly these bytes as the body of a POST, on a connection of its own. */
export async function postBytes(url: string, body: Uint8Array, headers: Record<string, string>): Promise<RawAnswer> {
  const request = httpRequest(url, { method: "POST", agent: false, headers: { ...headers, "content-length": String(body.byteLength) } });
  // A server that refuses early may close while the rest of the body is still on its way.
  const answered = once(request, "response");
  request.end(body);
  const [response] = (await answered) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** Writes bytes into a connection and gives what came back until the server closed it. */
export async function exchangeBytes(url: string, bytes: Uint8Array | string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(bytes);
  return text(socket);
}

/** A request that the server has begun to answer and cannot finish, because its last byte is not sent. */
export interface HeldRequest {
  /** Sends the last byte and waits for the answer. */
  finish: () => Promise<string>;
  /** Cuts the connection. */
  cut: () => void;
}

/**
 * Starts a POST and holds its last byte back: a slow client, without a clock.
 * Resolves when the server has taken the request (it says so by answering `Expect: 100-continue`).
 */
export async function holdRequest(url: string, path: string, body: string, key = "any"): Promise<HeldRequest> {
  const { port, hostname, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `authorization: Bearer ${key}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n`,
  );
  await once(socket, "data");
  socket.write(body.slice(0, -1));
  return {
    finish: async () => {
      socket.write(body.slice(-1));
      return text(socket);
    },
    cut: () => socket.destroy(),
  };
}

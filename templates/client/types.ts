
export interface Options {
  /** The value of an API key of the pipeline. */
  key?: string;
  /** Where the key goes: `query` for a function URL, `header` for API Gateway, whose clients need a preflight. Default: `query`. */
  keyIn?: "query" | "header";
  /** How many events make a request worth while. Default: 25. */
  count?: number;
  /** Milliseconds after which fewer are sent, too. Default: 5000. */
  wait?: number;
  /** Events that are kept while none can be sent; the oldest of more are lost, which `onError` hears. Default: 1000. */
  max?: number;
  /** Gives each event that has none an `event_id` (UUID, version 7) and `sent_at`. Default: true. */
  ids?: boolean;
  /** Tracks nothing where the visitor's browser asks so by Global Privacy Control. Default: false. */
  gpc?: boolean;
  /** Hears of events that are given up: the status (0: there was no answer), a message and the events. Default: console.warn. */
  onError?: (lost: { status: number; message: string; events: object[] }) => void;
}

export interface Client<E> {
  /** Takes an event on. It is sent with others, or when the page is left. */
  track(event: E): void;
  /** Sends what waits now. */
  flush(): Promise<void> | undefined;
}

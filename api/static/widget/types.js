// What the server says, as types for the checker; nothing here runs.

/**
 * @typedef {{n: number, title: string, article: string, paragraph: string, status: string, since: string|null,
 *   until: string|null, quote: string, href: string, level: string, note: string}} Citation
 * @typedef {{index?: number, kind: string, text: string, cites: number[], rows: string[][]}} Block
 * @typedef {{department: string, matter: string, hotline: string, note: string, confirm: boolean}} Contact
 * @typedef {{id: string, state: string}} Consultation
 * @typedef {{message: string, outcome: string, speaker: string, confidence: number, reasons: string[], choices: string[],
 *   suggestions: string[], contacts: Contact[], on: string|null, consultation: Consultation|null,
 *   blocks?: Block[], citations?: Citation[]}} Decision
 * @typedef {{id: string, role: string, at: string, text: string, author?: string, outcome?: string, speaker?: string,
 *   blocks?: Block[], citations?: Citation[], choices?: string[], suggestions?: string[], contacts?: Contact[],
 *   on?: string|null, consultation?: Consultation|null}} Message
 * @typedef {{at: string, note: string, contact: string}} Note
 * @typedef {{id: string, consultation: Consultation|null, messages: Message[], notes: Note[], last_event: number}} Conversation
 * @typedef {{id: string, token: string, title?: string, expert?: boolean, replies?: number}} Kept what a browser keeps of a
 *   conversation: its first question, whether an expert was asked for, how many replies of experts have been read
 * @typedef {{event: string, data: any, id: string}} ServerEvent
 */

export {};

/** Which session is open on the page. Apart, so that no two modules import each other. */

let open = null;

export const currentSession = () => open;

export function setCurrentSession(session) {
  open?.close();
  open = session;
}

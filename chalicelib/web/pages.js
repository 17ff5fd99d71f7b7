// A list that comes by pages: each is asked for again and again, the next from where the one before it ends now.
import {poll} from './poll.js';

const LATER_SECONDS = 15;

// `take` gets the documents of all pages; the result ends them. `cursor` names the parameter that continues.
export function pagesOf(path, cursor, take, {seconds = 5, failed = null} = {}) {
  const pages = [];

  function open(place, at, document = null) {
    const page = {document, next: null};
    pages[place] = page;
    const address = at ? `${path}${path.includes('?') ? '&' : '?'}${cursor}=${encodeURIComponent(at)}` : path;
    page.end = poll(address, (answer) => {
      page.document = answer;
      if (answer.next !== page.next) {
        const [following] = cut(place + 1);
        page.next = answer.next;
        if (page.next) open(place + 1, page.next, following?.document);
      }
      take(pages.map((one) => one.document).filter(Boolean));
    }, {seconds: place ? LATER_SECONDS : seconds, failed});
  }

  function cut(place) {
    const ended = pages.splice(place);
    ended.forEach((page) => page.end());
    return ended;
  }

  open(0, null);
  return () => cut(0);
}

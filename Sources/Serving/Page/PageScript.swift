/// The page's script: it fetches the page again and replaces what changed, explains a session in place, suspends and
/// resumes cleanup, and undoes a run. A token leaves the tab in a header only.
enum PageScript {
    static let text: StaticString = #"""
        'use strict';
        (() => {
        const everySeconds = 5, waitSeconds = 10;
        const by = id => document.getElementById(id);
        const raw = new Map();
        let isPaused = false, isAsking = false, timer = 0, lostSince = null, said = '';
        document.documentElement.classList.add('scripted');

        const token = () => sessionStorage.getItem('token') || '';
        const headers = more => token() ? {...more, Authorization: 'Bearer ' + token()} : {...more};
        const say = text => { by('say').textContent = text; };
        const clock = date => date.toISOString().slice(11, 19) + ' UTC';

        // One request with a timeout; HTML comes back as a document.
        async function ask(path, options = {}) {
          const answer = await fetch(path, {
            cache: 'no-store', credentials: 'omit', redirect: 'error', signal: AbortSignal.timeout(waitSeconds * 1000),
            ...options});
          const text = await answer.text();
          const isPage = (answer.headers.get('Content-Type') || '').startsWith('text/html');
          let json = null;
          if (!isPage) { try { json = JSON.parse(text); } catch { json = null; } }
          return {status: answer.status, json,
            page: isPage ? new DOMParser().parseFromString(text, 'text/html') : null};
        }

        // A part stays as it is while somebody presses a button in it, or has marked text.
        function isHeld(part) {
          const selection = getSelection();
          return part.querySelector(':active') || !selection.isCollapsed && part.contains(selection.anchorNode);
        }

        // Replaces a part's content; what is open, scrolled or in focus stays so.
        function swap(part, fresh) {
          const text = fresh.innerHTML;
          if (raw.get(part.id) === text || isHeld(part)) return;
          raw.set(part.id, text);
          const open = new Map([...part.querySelectorAll('details')].map(one => [one.id, one.open]));
          const scrolled = [...part.querySelectorAll('.scroll')].map(one => [one.id, one.scrollLeft, one.scrollTop]);
          const focused = part.contains(document.activeElement) ? document.activeElement : null;
          for (const one of fresh.querySelectorAll('details')) if (open.get(one.id)) one.open = true;
          part.replaceChildren(...fresh.childNodes);
          for (const [id, left, top] of scrolled) by(id)?.scrollTo(left, top);
          if (focused) refocus(part, focused);
        }

        function refocus(part, focused) {
          let next = null;
          if (focused.id) next = by(focused.id);
          else if (focused.dataset.key) {
            next = part.querySelector('[data-key="' + CSS.escape(focused.dataset.key) + '"]');
          }
          else if (focused.localName === 'summary') next = by(focused.parentNode.id)?.querySelector('summary');
          if (!next) { next = part.closest('section') || part; next.tabIndex = -1; }
          next.focus({preventScroll: true});
        }

        function show(page) {
          const main = by('main'), fresh = page.getElementById('main');
          if ('locked' in main.dataset !== 'locked' in fresh.dataset) {
            main.replaceChildren(...fresh.childNodes);
            if ('locked' in fresh.dataset) main.dataset.locked = ''; else delete main.dataset.locked;
            raw.clear();
            main.focus();
          }
          // The reader's scroll position stays, whatever grows above it; at the very top the banners stay visible.
          const seen = scrollY > 0 && [...main.children].find(one => one.getBoundingClientRect().bottom > 60);
          const top = seen && seen.getBoundingClientRect().top;
          for (const part of document.querySelectorAll('[data-live]')) {
            const next = page.getElementById(part.id);
            if (next) swap(part, next);
          }
          if (seen) scrollBy(0, seen.getBoundingClientRect().top - top);
          alarm();
          document.title = page.title;
          by('forget').hidden = !token();
          announce();
        }

        const warnings = () => [...document.querySelectorAll('#warnings .what')].map(one => one.textContent);

        // A screen reader is told once when it changes, not at each refresh.
        function announce() {
          const text = [...warnings(), by('now-h')?.textContent || ''].join('. ');
          if (said && text !== said) say(text);
          said = text;
        }

        // Banners that are scrolled away appear as one line at the top of the window.
        function alarm() {
          const banners = by('warnings'), texts = warnings();
          by('alarm').hidden = !texts.length || banners.getBoundingClientRect().bottom > 0;
          by('alarm').className = banners?.querySelector('.bad') ? 'bad' : 'hold';
          if (by('alarm').textContent !== texts.join('. ')) by('alarm').textContent = texts.join('. ');
        }

        function lost(why) {
          lostSince = lostSince || new Date();
          document.documentElement.classList.add('old');
          const text = 'This page is not refreshed since ' + clock(lostSince) + ': ' + why + '. The content below is old.';
          if (by('lost').textContent !== text) by('lost').textContent = text;
          by('lost').hidden = false;
        }

        function found() {
          if (!lostSince) return;
          lostSince = null;
          document.documentElement.classList.remove('old');
          by('lost').hidden = true;
          by('lost').textContent = '';
        }

        async function refresh() {
          clearTimeout(timer);
          if (!isAsking && !isPaused && !document.hidden && !by('sure').open) {
            isAsking = true;
            try {
              const answer = await ask('/', {headers: headers()});
              if (answer.page) {
                found();
                show(answer.page);
                by('refreshed').textContent = 'refreshed ' + clock(new Date());
              } else if (answer.status === 401 && token()) return await locked('The token is no longer valid.');
              else lost('the daemon answered ' + answer.status);
            } catch (error) { lost('the daemon does not answer'); }
            finally { isAsking = false; }
          }
          clearTimeout(timer);
          timer = setTimeout(refresh, everySeconds * 1000);
        }

        // Without the token, the shell comes back.
        async function locked(why) {
          sessionStorage.removeItem('token');
          isAsking = false;
          await refresh();
          if (by('unlock-said')) by('unlock-said').textContent = why;
        }

        async function unlock() {
          const field = by('read-token');
          sessionStorage.setItem('token', field.value);
          field.value = '';
          try {
            const answer = await ask('/', {headers: headers()});
            if (answer.page && !('locked' in answer.page.getElementById('main').dataset)) {
              found();
              return show(answer.page);
            }
            sessionStorage.removeItem('token');
            by('unlock-said').textContent = answer.page ? 'The token lacks the scope read.'
              : answer.json?.detail || 'Refused: ' + answer.status;
          } catch { by('unlock-said').textContent = 'The daemon does not answer.'; }
          field.focus();
        }

        async function explain(form, button) {
          const body = new URLSearchParams(new FormData(form, button));
          let text = 'The daemon does not answer.';
          try {
            const answer = await ask('/', {method: 'POST', body, headers: headers()});
            if (answer.page) {
              by('session').value = '';
              by('answer').replaceWith(answer.page.getElementById('answer'));
              show(answer.page);
              by('answer-h').focus();
              by('answer').scrollIntoView({block: 'nearest'});
              return;
            }
            text = answer.json?.detail || 'Refused: ' + answer.status;
          } catch {}
          const section = document.createElement('section');
          section.id = 'answer';
          section.className = 'card hold';
          section.setAttribute('aria-labelledby', 'answer-h');
          const title = document.createElement('h2');
          title.id = 'answer-h';
          title.tabIndex = -1;
          title.textContent = 'No explanation';
          const why = document.createElement('p');
          why.textContent = text;
          section.append(title, why);
          by('answer').replaceWith(section);
          title.focus();
        }

        function close() {
          const nothing = document.createElement('div');
          nothing.id = 'answer';
          nothing.hidden = true;
          by('answer').replaceWith(nothing);
          by('session').focus();
        }

        const asJSON = () => {
          const key = by('order-token').value || token();
          return {'Content-Type': 'application/json', ...(key ? {Authorization: 'Bearer ' + key} : {})};
        };

        // Restores what a run removed, after a question; each order works for a moment only.
        async function undo(run, count) {
          by('control').open = true;
          const said = by('order-said');
          const text = 'What run ' + run + ' removed is put back where its key is absent: ' + count + ' sessions at most. '
            + 'Cleanup is suspended first, since it would remove them again.';
          if (!await sure('Restore them?', text, 'Restore')) return;
          const body = JSON.stringify({run, by: by('order-by').value.trim() || 'the on-call page'});
          const headers = asJSON();
          by('order-token').value = '';
          let restored = 0, answer;
          try {
            do {
              answer = await ask('/api/v1/cleanup/undo', {method: 'POST', body, headers});
              restored += answer.json?.data?.restored || 0;
              said.textContent = restored + ' sessions are restored.';
            } while (answer.status === 200 && answer.json.data.remaining > 0);
            if (answer.status === 200) {
              said.textContent += ' Cleanup is suspended: resume it once their nodes are well.';
            } else if (!restored || answer.status !== 404) {
              said.textContent = 'Not done: ' + (answer.json?.detail || answer.status);
            }
          } catch { said.textContent = 'The daemon does not answer: it may be done or not.'; }
          refresh();
        }

        // Suspend or resume, after a question that says in full what will happen.
        async function order(what) {
          const isStop = what === 'suspend';
          const [by_, why, until] = ['order-by', 'order-why', 'order-for'].map(id => by(id).value.trim());
          if (isStop && !why) {
            by('order-said').textContent = 'Say why: others will read it.';
            return by('order-why').focus();
          }
          const span = until ? 'for ' + by('order-for').selectedOptions[0].textContent : 'until it is resumed';
          const text = isStop ? 'No instance removes anything ' + span + '. Others read: "' + why + '".'
            : 'Every instance may remove orphans again, as cleanup.mode says, unless a brake holds it.';
          if (!await sure(isStop ? 'Suspend cleanup?' : 'Resume cleanup?', text, isStop ? 'Suspend' : 'Resume')) {
            return by(what).focus();
          }
          const body = {by: by_ || 'the on-call page'};
          if (isStop) { body.why = why; if (until) body.for = until; }
          const headers = asJSON();
          by('order-token').value = '';
          try {
            const answer = await ask('/api/v1/cleanup/' + what, {method: 'POST', body: JSON.stringify(body), headers});
            const done = isStop ? 'Cleanup is suspended.' : 'Cleanup is resumed.';
            by('order-said').textContent = answer.status === 200 ? done
              : 'Not done: ' + (answer.json?.detail || answer.status);
          } catch { by('order-said').textContent = 'The daemon does not answer: it may be done or not.'; }
          by(what).focus();
          refresh();
        }

        function sure(title, text, yes) {
          const dialog = by('sure');
          by('sure-h').textContent = title;
          by('sure-text').textContent = text;
          by('sure-yes').textContent = yes;
          dialog.returnValue = '';
          dialog.showModal();
          return new Promise(done => {
            dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), {once: true});
          });
        }

        document.addEventListener('submit', event => {
          const form = event.target;
          if (form.id === 'ask') { event.preventDefault(); explain(form, event.submitter); }
          if (form.id === 'unlock') { event.preventDefault(); unlock(); }
          if (form.id === 'order') {
            event.preventDefault();
            order(event.submitter?.id === 'resume' ? 'resume' : 'suspend');
          }
        });
        document.addEventListener('click', event => {
          const undoButton = event.target.closest('[data-undo]');
          if (undoButton) undo(undoButton.dataset.undo, undoButton.dataset.count);
          const id = event.target.closest('[id]')?.id;
          if (id === 'close') { event.preventDefault(); close(); }
          if (id === 'forget') locked('The token is forgotten.');
          if (id === 'pause') {
            isPaused = !isPaused;
            by('pause').setAttribute('aria-pressed', isPaused);
            by('refreshed').textContent = isPaused ? 'paused at ' + clock(new Date()) : 'refreshes every 5 s';
            refresh();
          }
        });
        document.addEventListener('scroll', alarm, {passive: true});
        document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
        for (const part of document.querySelectorAll('[data-live]')) raw.set(part.id, part.innerHTML);
        announce();
        alarm();
        if ('locked' in by('main').dataset && token()) refresh();
        else timer = setTimeout(refresh, everySeconds * 1000);
        })();
        """#
}

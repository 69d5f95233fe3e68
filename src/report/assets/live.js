// Follows a running fit: asks for what has changed, and draws it where it stands.
'use strict';
(function () {
  const line = document.getElementById('live');
  let version = line.dataset.version, missed = 0;

  async function ask() {
    try {
      const answer = await fetch('state?after=' + version, { cache: 'no-store' });
      if (answer.status === 200) {
        const state = await answer.json();
        version = state.live.version;
        await report.refresh(state.data, state.blocks);
        line.textContent = state.live.words;
        line.dataset.version = version;
        if (state.live.ended) return;
      }
      missed = 0;
    } catch (e) {
      if (++missed === 5) {
        line.textContent += ' The program no longer answers: it has ended or was stopped.';
        return;
      }
    }
    setTimeout(ask, 700);
  }
  setTimeout(ask, 700);
})();

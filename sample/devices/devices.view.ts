import type { DeviceSession } from 'nestjs-session-auth';
import { formatDistance, formatTime } from '../views/format.js';
import { html, type Html } from '../views/html.js';
import type { PostForm } from '../views/post-form.js';
import { deviceName } from './device-name.js';

function moment(time: Date, now: Date): Html {
  return html`<time datetime="${time.toISOString()}" title="${formatTime(time)}">${formatDistance(time, now)}</time>`;
}

function marks({ current, remembered }: DeviceSession): Html | null {
  if (!current && !remembered) return null;
  return html`<p class="marks">
    ${current && html`<span class="mark mark--here">This device</span>`}
    ${remembered && html`<span class="mark">Stays logged in</span>`}
  </p>`;
}

function end({ publicId, current }: DeviceSession, name: string, form: PostForm): Html {
  if (current) {
    return form(
      '/auth/logout',
      html`<button class="button button--quiet" aria-label="Log out this device">Log out</button>`,
    );
  }
  return form(
    '/devices/revoke',
    html`
      <input type="hidden" name="device" value="${publicId}" />
      <button class="button button--quiet" aria-label="Log out ${name}">Log out</button>
    `,
  );
}

function device(session: DeviceSession, now: Date, form: PostForm): Html {
  const { publicId, createdAt, lastSeenAt, ip, userAgent, current } = session;
  const name = deviceName(userAgent);
  return html`
    <li class="card device" data-device="${publicId}" data-current="${current ? 'yes' : 'no'}">
      <div class="device__text">
        <h2 class="device__name break" title="${userAgent}">${name}</h2>
        ${marks(session)}
        <dl class="device__facts">
          <div>
            <dt>Logged in</dt>
            <dd>${moment(createdAt, now)}</dd>
          </div>
          <div>
            <dt>Last seen</dt>
            <dd>${moment(lastSeenAt, now)}</dd>
          </div>
          <div>
            <dt>From</dt>
            <dd>${ip === '' ? 'an unknown address' : ip}</dd>
          </div>
        </dl>
      </div>
      <div class="device__end">${end(session, name, form)}</div>
    </li>
  `;
}

export function devicesView(devices: readonly DeviceSession[], now: Date): (form: PostForm) => Html {
  return (form) =>
    html`<div id="devices">
      <h1>Your devices</h1>
      <p class="lead">
        These devices are logged in to your account. If you do not recognise one, log it out. “Last seen” is updated
        every few minutes.
      </p>
      <ul class="devices" aria-label="Devices">
        ${devices.map((session) => device(session, now, form))}
      </ul>
      ${
        devices.length > 1
          ? form('/devices/revoke-others', html`<button class="button button--danger">Log out everywhere else</button>`)
          : html`<p class="quiet">You are not logged in anywhere else.</p>`
      }
    </div>`;
}

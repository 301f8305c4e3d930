import { html, type Html } from './html.js';

/** @param refused whether the last password was wrong. The element with the id `refused` then says so. */
export function passwordField(refused: boolean): Html {
  return html`
    <div class="form__field">
      <label for="password">Password</label>
      <input
        class="input"
        id="password"
        type="password"
        name="password"
        autocomplete="current-password"
        required
        ${refused && html`aria-invalid="true" aria-describedby="refused"`}
      />
    </div>
  `;
}

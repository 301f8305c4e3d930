import { UseGuards } from '@nestjs/common';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway, type OnGatewayDisconnect } from '@nestjs/websockets';
import { CurrentUser, SessionAuthGuard } from 'nestjs-session-auth';
import type { Socket } from 'socket.io';
import { LoginChanges } from './login-changes.js';

/**
 * Tells an open page "your devices" when its user logs in or out somewhere. The guard refuses connections without a login, and the
 * package closes the socket when the login of the page ends, wherever that happens.
 */
@WebSocketGateway({ path: '/live/devices', transports: ['websocket'] })
@UseGuards(SessionAuthGuard)
export class DevicesGateway implements OnGatewayDisconnect {
  readonly #watched = new Map<Socket, () => void>();

  constructor(private readonly changes: LoginChanges) {}

  @SubscribeMessage('watch')
  watch(@ConnectedSocket() client: Socket, @CurrentUser('id') userId: string): void {
    this.handleDisconnect(client);
    const stop = this.changes.watch(userId, () => {
      client.emit('devices-changed');
    });
    this.#watched.set(client, stop);
  }

  handleDisconnect(client: Socket): void {
    this.#watched.get(client)?.();
    this.#watched.delete(client);
  }
}

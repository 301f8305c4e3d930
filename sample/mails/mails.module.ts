import { Module } from '@nestjs/common';
import { MailBox } from './mail-box.js';
import { MailsController } from './mails.controller.js';

@Module({ controllers: [MailsController], providers: [MailBox], exports: [MailBox] })
export class MailsModule {}

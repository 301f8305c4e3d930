import 'nestjs-session-auth';

/** What the cases in this folder say about their application: in one place, as an application would. */
export interface Item {
  sku: string;
  qty: number;
}

declare module 'nestjs-session-auth' {
  interface SessionData {
    visits?: number;
    cart?: Item[];
  }

  interface SessionErrorCodes {
    ACME_QUOTA: true;
  }

  interface SessionObserver {
    quotaReached?(event: { readonly publicId: string }): unknown;
  }

  interface SessionUser {
    id: string;
    email: string;
  }
}

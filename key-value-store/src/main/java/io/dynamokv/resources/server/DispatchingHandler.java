package io.dynamokv.resources.server;

import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Has requests that may take a while handled by another thread than the one that reads them. */
class DispatchingHandler extends Handler.Wrapper {
  DispatchingHandler(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (isBrief(request)) {
      handleHere(request, response, callback);
    } else {
      threadsOf(request).execute(() -> handleHere(request, response, callback));
    }
    return true;
  }

  /** Each port has its own, so that a busy one does not keep the other from answering. */
  private static Executor threadsOf(Request request) {
    return request.getConnectionMetaData().getConnector().getExecutor();
  }

  /** Whether the request can be handled at once: whatever there is to wait for, no thread does. */
  boolean isBrief(Request request) {
    return false;
  }

  private void handleHere(Request request, Response response, Callback callback) {
    try {
      if (!handleNow(request, response, callback)) {
        Response.writeError(request, response, callback, 404);
      }
    } catch (Throwable failure) {
      // Whatever it is, it must not take the thread with it.
      Response.writeError(request, response, callback, failure);
    }
  }

  boolean handleNow(Request request, Response response, Callback callback) throws Exception {
    return super.handle(request, response, callback);
  }
}

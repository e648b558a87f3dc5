package io.dynamokv.membership.consul;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.kiwiproject.consul.util.failover.ConsulFailoverInterceptor;

/**
 * Fails answers that are too long to be Consul's, so that they can not fill the memory. Stateless.
 *
 * <p>The client lets nobody see its answers but what is to choose another Consul after a failure.
 * This chooses none.
 */
final class BoundedAnswers extends ConsulFailoverInterceptor {
  /** An instance takes about 1 KB. */
  static final long MAX_BYTES = 8 << 20;

  BoundedAnswers() {
    super(List.of(HostAndPort.fromHost("unused")), 1);
  }

  /**
   * @throws UncheckedIOException if there was no answer; the signature leaves no other way
   */
  @Override
  public Response intercept(Interceptor.Chain chain) {
    try {
      Response answer = chain.proceed(chain.request());
      return answer.newBuilder().body(bounded(answer.body())).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ResponseBody bounded(ResponseBody body) {
    BufferedSource source = Okio.buffer(new BoundedSource(body.source()));
    return ResponseBody.create(source, body.contentType(), body.contentLength());
  }

  private static final class BoundedSource extends ForwardingSource {
    private long bytes;

    BoundedSource(Source source) {
      super(source);
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      long read = super.read(sink, byteCount);
      bytes += Math.max(0, read);
      if (bytes > MAX_BYTES) {
        throw new IOException("an answer of more than " + MAX_BYTES + " bytes");
      }
      return read;
    }
  }
}

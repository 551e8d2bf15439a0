package io.sunaba.ttrpc;

import static java.util.Objects.requireNonNull;

import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The server's end: gives the calls of a connection to the handlers of grpc-java services.
///
/// Each request runs on the executor. A service or method that is not there, or streams, is
/// answered with UNIMPLEMENTED; a request that cannot be read with INVALID_ARGUMENT; a handler that
/// throws with its status, or INTERNAL and its message. A caller's deadline is not enforced here.
public final class TtrpcServer {
    /// Finds the methods that a server offers. Called once per request, from any thread; a server
    /// that must start fast makes each definition when it is asked for.
    @FunctionalInterface
    public interface Methods {
        /// @param fullName for example `grpc.Health/Check`
        @Nullable ServerMethodDefinition<?, ?> find(String fullName);
    }

    private final Executor executor;
    private final Methods methods;

    public TtrpcServer(Executor executor, Methods methods) {
        this.executor = requireNonNull(executor, "executor is null");
        this.methods = requireNonNull(methods, "methods is null");
    }

    public TtrpcServer(Executor executor, BindableService... services) {
        this(executor, methodsOf(services));
    }

    /// Offers all methods of the services.
    public static Methods methodsOf(BindableService... services) {
        Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
        for (BindableService service : services) {
            ServerServiceDefinition definition = service.bindService();
            for (ServerMethodDefinition<?, ?> method : definition.getMethods()) {
                methods.put(method.getMethodDescriptor().getFullMethodName(), method);
            }
        }
        return methods::get;
    }

    /// Serves one session: returns when the peer hung up, be it within a frame.
    ///
    /// Calls still running then are told so (`ServerCallStreamObserver.setOnCancelHandler`, on this
    /// thread), and their answers are dropped. A request on stream 1 after others means that the
    /// peer connected anew without the hang-up being seen: the calls before it are dropped in the
    /// same way. Sessions on other streams may be served at the same time. The streams are not
    /// closed.
    ///
    /// @throws ProtocolException if the peer sent what is no request. What else it sends cannot be
    ///   understood: close the connection, or read on until the peer hangs up
    /// @throws IOException if reading failed
    public void serve(InputStream in, OutputStream out) throws IOException {
        InputStream frames = new BufferedInputStream(in);
        ServerSession session = new ServerSession(out, methods);
        int last = 0;
        try {
            for (Frame frame = Frame.read(frames, Frame.REQUEST);
                    frame != null;
                    frame = Frame.read(frames, Frame.REQUEST)) {
                int stream = frame.stream;
                if ((stream & 1) == 0) {
                    throw new ProtocolException(
                            "request on stream " + Integer.toUnsignedString(stream) + ": even");
                }
                if (Integer.compareUnsigned(stream, last) <= 0) {
                    if (stream != 1) {
                        throw new ProtocolException(
                                "request on stream "
                                        + Integer.toUnsignedString(stream)
                                        + " after stream "
                                        + Integer.toUnsignedString(last));
                    }
                    session.end();
                    session = new ServerSession(out, methods);
                }
                last = stream;
                session.start(frame, executor);
            }
        } catch (EOFException e) {
            // Half a frame and a hang-up: over, as if it had not been sent.
            return;
        } finally {
            session.end();
        }
    }
}

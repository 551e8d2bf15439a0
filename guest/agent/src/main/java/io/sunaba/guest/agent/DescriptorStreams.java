package io.sunaba.guest.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// A blocking descriptor as streams. Closing them does not close it.
final class DescriptorStreams {
    private DescriptorStreams() {}

    static final class Input extends InputStream {
        private final SystemCalls calls;
        private final int descriptor;

        Input(SystemCalls calls, int descriptor) {
            this.calls = calls;
            this.descriptor = descriptor;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            byte[] bytes = new byte[length];
            int count = calls.read(descriptor, bytes, length);
            System.arraycopy(bytes, 0, target, offset, count);
            return count == 0 && length > 0 ? -1 : count;
        }
    }

    static final class Output extends OutputStream {
        private final SystemCalls calls;
        private final int descriptor;

        Output(SystemCalls calls, int descriptor) {
            this.calls = calls;
            this.descriptor = descriptor;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int written = 0;
            while (written < length) {
                written += calls.write(descriptor, bytes, offset + written, length - written);
            }
        }
    }
}

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

#[tokio::test]
async fn whoever_stops_reading_is_given_up_and_whoever_is_slow_is_not() {
    let (ours, mut theirs) = duplex(16);
    let mut ours = Patient::new(ours, Duration::from_millis(200));
    let slowly = tokio::spawn(async move {
        let mut taken = Vec::new();
        while taken.len() < 64 {
            tokio::time::sleep(Duration::from_millis(60)).await;
            let mut some = [0; 8];
            let count = theirs.read(&mut some).await.unwrap();
            taken.extend_from_slice(&some[..count]);
        }
        theirs
    });
    // Longer than the patience as a whole, but something is taken all the time.
    ours.write_all(&[7; 64]).await.unwrap();
    let _silent = slowly.await.unwrap();
    let outcome = ours.write_all(&[7; 64]).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::TimedOut);
}
